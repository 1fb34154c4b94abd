use counterfoil_client::Error;
use counterfoil_types::Fault;
use std::process::ExitCode;

/// How a command ends when it does not succeed.
#[derive(Debug)]
pub enum Exit {
    /// 1: the answer is no: refused, or not proved.
    No(String),
    /// 2: the command line is wrong.
    Usage(String),
    /// 3: the environment: node not reached, file not read, port in use.
    Fault(String),
    /// 4: nothing is done yet: it waits for more signatures.
    Waits(String),
}

/// What a command of the command line comes to.
pub type Outcome = Result<(), Exit>;

impl Exit {
    /// Says why on stderr and gives the exit code.
    pub fn report(self) -> ExitCode {
        let (text, code) = match self {
            Self::No(text) => (text, 1),
            Self::Usage(text) => (text, 2),
            Self::Fault(text) => (text, 3),
            Self::Waits(text) => (text, 4),
        };
        eprintln!("counterfoil: {text}");
        ExitCode::from(code)
    }
}

impl From<Fault> for Exit {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.report())
    }
}

impl From<Error> for Exit {
    fn from(error: Error) -> Self {
        match &error {
            Error::Problem(problem) if !problem.is_passing() => Self::No(error.to_string()),
            Error::Waiting { .. } => Self::Waits(error.to_string()),
            Error::Seal(_) | Error::NoReadingKey { .. } => Self::No(error.to_string()),
            _ => Self::Fault(error.to_string()),
        }
    }
}
