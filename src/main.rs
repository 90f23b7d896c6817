//! Arguments in, exit code out.

use std::process::ExitCode;

/// Requests are parsed and answered in many small pieces, on one thread and given back on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    endmark::cli::run()
}
