//! Logs go to standard error, one JSON object a line, so that standard output stays for answers. Requests carry
//! `request.id`. Never logged: tokens, passwords, SQL, rows.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Log, LogFormat};

/// Starts logging for this process. A second call changes nothing.
pub fn start(log: &Log) {
    let filter = filter(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter);
    let _ = match log.format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => builder.try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        // What a panic says may quote a value; where it happened cannot.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, thread = std::thread::current().name(), "a thread panicked");
    }));
}

/// Reads a level or a filter. Libraries that print statements or addresses at `debug` are held at `warn` unless the
/// filter names them.
pub fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    let quiet = "sqlx=warn,hyper=warn,h2=warn,rustls=warn,deltalake=warn,delta_kernel=warn,datafusion=warn";
    EnvFilter::try_new(format!("{quiet},{level}"))
}
