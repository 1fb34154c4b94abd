//! The binary `counterfoil`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Archives keep their files open, and each client is a file too. Where it may not be raised, the limit stays as it is.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    counterfoil::cli::run()
}
