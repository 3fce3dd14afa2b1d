//! The PostgreSQL gateway: psql, JDBC and BI tools sign in with an access token through SCRAM and ask SQL. The wire
//! format is pgwire's; what a message means is here. It decides nothing: every question goes to `Front`.
//! Not here yet: `pg_catalog`. When it comes, it is a set of views like any other, and this gateway does not change.

mod cancel;
mod command;
mod connection;
mod extended;
mod guard;
mod numeric;
mod parameters;
mod refused;
mod rows;
mod session;
mod settings;
mod sign_in;
mod simple;
#[cfg(test)]
mod tests;
mod wire;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::config::Limits;
use crate::front::Front;
use crate::metrics::Metrics;

/// What the gateway needs to know of the settings.
#[derive(Debug, Clone)]
pub struct PgSettings {
    pub connections_max: usize,
    /// A connection that says nothing for so long is closed.
    pub idle_time_max: Duration,
    /// Time for the first message and for signing in.
    pub start_time_max: Duration,
    /// How long a client may leave a part of an answer unread.
    pub write_time_max: Duration,
    /// Bytes of one message of a client.
    pub message_bytes_max: usize,
    /// Prepared statements and portals of one connection, each.
    pub kept_max: usize,
    /// How often a connection's token is looked at.
    pub token_check_time: Duration,
}

impl PgSettings {
    pub fn from_limits(limits: &Limits) -> PgSettings {
        PgSettings {
            connections_max: usize::try_from(limits.pg_connections).unwrap_or(usize::MAX),
            idle_time_max: Duration::from_secs(limits.pg_idle_seconds),
            start_time_max: Duration::from_secs(15),
            write_time_max: limits.write_time(),
            message_bytes_max: usize::try_from(limits.body_bytes).unwrap_or(usize::MAX),
            kept_max: 256,
            token_check_time: Duration::from_secs(5),
        }
    }
}

/// What all connections share.
struct House {
    front: Arc<dyn Front>,
    settings: PgSettings,
    metrics: Arc<Metrics>,
    cancels: cancel::Cancels,
}

/// Connections that are turned away at the same time; further ones are dropped without a word.
const TURNED_AWAY_AT_ONCE: usize = 32;

/// Serves until `stop` completes; connections then get the message that the server is going down.
pub async fn serve(
    socket: TcpListener,
    front: Arc<dyn Front>,
    settings: PgSettings,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(settings.connections_max));
    let doorstep = Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE));
    let house = Arc::new(House {
        front,
        settings,
        metrics,
        cancels: cancel::Cancels::default(),
    });
    let stopping = tokio_util::sync::CancellationToken::new();
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = socket.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let (house, stopping) = (Arc::clone(&house), stopping.clone());
            connections.spawn(async move {
                connection::serve(stream, house, stopping).await;
                drop(place);
            });
        } else if let Ok(step) = Arc::clone(&doorstep).try_acquire_owned() {
            let house = Arc::clone(&house);
            connections.spawn(async move {
                connection::turn_away(stream, house).await;
                drop(step);
            });
        }
    }
    stopping.cancel();
    while connections.join_next().await.is_some() {}
    Ok(())
}
