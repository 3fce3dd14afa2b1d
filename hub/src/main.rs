//! The binary `taxhub`. Everything it does is in the library.
#![forbid(unsafe_code)]

// Large rows come and go on many threads; this allocator keeps pages that the system's would fetch again and again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    hub::cli::run()
}
