//! The HTTP gateway. It turns requests into calls of `Front` and answers into bytes; it decides nothing and keeps
//! nothing. Routes are one list (`routes`), from which both the router and `/openapi.json` are made.

mod acts;
mod asked;
mod catalogue;
mod contracts;
mod duties;
mod encode;
mod finish;
mod handlers;
mod house;
mod identity;
mod json;
mod leads;
mod listener;
mod openapi;
mod operation;
mod query;
mod refused;
mod rest;
mod revisions;
mod routes;
mod sources;
mod submissions;
#[cfg(test)]
mod tests;
mod uploads;
mod workbooks;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use crate::config::Limits;
use crate::front::Front;
use crate::metrics::Metrics;

pub use openapi::document;
pub use operation::Operation;
pub use routes::{Access, ROUTES, Route, Verb};

/// What the gateway needs to know of the settings.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    pub submission_bytes_max: u64,
    pub body_bytes_max: usize,
    pub connections_max: usize,
    /// A connection on which nothing moves for so long is closed.
    pub silent_time_max: Duration,
    /// How long the sender of a file may pause.
    pub pause_time_max: Duration,
}

impl HttpSettings {
    pub fn from_limits(limits: &Limits) -> HttpSettings {
        HttpSettings {
            submission_bytes_max: limits.submission_bytes,
            body_bytes_max: usize::try_from(limits.body_bytes).unwrap_or(usize::MAX),
            connections_max: usize::try_from(limits.http_connections).unwrap_or(usize::MAX),
            // A query may be silent for its whole time, and a submission for the time of its check.
            silent_time_max: limits.query_time().max(limits.check_time()) + Duration::from_secs(60),
            pause_time_max: limits.write_time(),
        }
    }
}

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct App {
    front: Arc<dyn Front>,
    settings: Arc<HttpSettings>,
    metrics: Arc<Metrics>,
}

/// The router without a socket.
pub fn router(front: Arc<dyn Front>, settings: HttpSettings, metrics: Arc<Metrics>) -> Router {
    let app = App {
        front,
        settings: Arc::new(settings),
        metrics,
    };
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(route.path, handlers::handler(route));
    }
    router
        .fallback(refused::no_such_page)
        .method_not_allowed_fallback(refused::no_such_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), finish::finish))
        .with_state(app)
}

/// Serves until `stop` completes, then lets requests under way end.
pub async fn serve(
    socket: TcpListener,
    front: Arc<dyn Front>,
    settings: HttpSettings,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let gate = listener::Gate::new(
        socket,
        settings.connections_max,
        settings.silent_time_max,
        Arc::clone(&metrics),
    );
    let service = router(front, settings, metrics).into_make_service_with_connect_info::<listener::Peer>();
    axum::serve(gate, service).with_graceful_shutdown(stop).await
}
