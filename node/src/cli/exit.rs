use super::output;
use counterfoil_client::Error;
use counterfoil_types::Fault;
use std::{io::ErrorKind, process::ExitCode};

/// How a command ends when it does not succeed.
#[derive(Debug)]
pub enum Exit {
    /// 1: the answer is no: refused, or not proved.
    No(String),
    /// 2: the command line is wrong.
    Usage(String),
    /// 3: the environment: node not reached, file not read, port in use.
    Fault(String),
    /// 4: nothing is done yet: it waits for more signatures or votes.
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
        output::note(&format!("counterfoil: {text}"));
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
            Error::Problem(problem) if !problem.is_passing() => Self::No(told(&error)),
            Error::Waiting { .. } => Self::Waits(told(&error)),
            Error::Seal(_) | Error::NoReadingKey { .. } => Self::No(told(&error)),
            _ => Self::Fault(told(&error)),
        }
    }
}

/// An error, and which option of the command line mends it.
fn told(error: &Error) -> String {
    match hint(error) {
        Some(hint) => format!("{error}\n  {hint}"),
        None => error.to_string(),
    }
}

fn hint(error: &Error) -> Option<&'static str> {
    const PLACE: &str = "is a node running there? --url or COUNTERFOIL_URL says where it is";
    match error {
        Error::Problem(problem) if problem.code == "http/unauthenticated" => {
            Some("the command line takes one by --token or COUNTERFOIL_TOKEN")
        }
        Error::Transport { source, .. } => match &**source {
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => Some(PLACE),
            ureq::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => Some(PLACE),
            // Of all that TLS can fail by, this alone says that the other side spoke none: a certificate that is not trusted stays a no.
            ureq::Error::Io(io) if io.to_string().contains("InvalidContentType") => {
                Some("what answers there may speak no TLS: try http://")
            }
            _ => None,
        },
        _ => None,
    }
}
