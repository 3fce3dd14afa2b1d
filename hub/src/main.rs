//! The binary `taxhub`. Everything it does is in the library.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    hub::cli::run()
}
