//! The command line. Each command is a file; this one reads the arguments and hands over.

use std::process::ExitCode;

/// Reads the arguments and runs one command. 2 is a usage error, 1 a command that could not do its work.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
