//! The binary `counterfoil`; everything is in the library.

use std::process::ExitCode;

/// Blocks, rows and requests come and go by the thousand on many threads: the system's allocator takes a tenth of all time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Archives keep their files open, and each client is a file too. Where it may not be raised, the limit stays as it is.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    counterfoil::cli::run()
}
