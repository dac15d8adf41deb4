//! The binary `mooring`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
