//! Both gateways in front of one house, from their addresses to their end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::center::Center;
use crate::front::Front;
use crate::http::{self, HttpSettings};
use crate::pg::{self, PgSettings};
use crate::reminders;

/// Running gateways.
pub struct Server {
    pub http: SocketAddr,
    pub pg: SocketAddr,
    center: Arc<Center>,
    stop: watch::Sender<bool>,
    gateways: JoinSet<io::Result<()>>,
}

impl Server {
    /// Binds both addresses of the settings and begins to serve.
    ///
    /// # Errors
    /// An address that is taken or not ours.
    pub async fn start(center: Arc<Center>) -> io::Result<Server> {
        let listen = &center.config().listen;
        let (http_socket, pg_socket) = (
            TcpListener::bind(listen.http).await?,
            TcpListener::bind(listen.pg).await?,
        );
        let (http, pg) = (http_socket.local_addr()?, pg_socket.local_addr()?);
        let limits = &center.config().limits;
        let (http_settings, pg_settings) =
            (HttpSettings::from_limits(limits), PgSettings::from_limits(limits));
        center.start_rounds();
        let front: Arc<dyn Front> = center.clone();
        let (stop, _) = watch::channel(false);
        let stopped = || {
            let mut stop = stop.subscribe();
            async move { drop(stop.wait_for(|stop| *stop).await) }
        };
        let mut gateways = JoinSet::new();
        gateways.spawn(http::serve(
            http_socket,
            front.clone(),
            http_settings,
            center.metrics(),
            stopped(),
        ));
        gateways.spawn(pg::serve(
            pg_socket,
            front,
            pg_settings,
            center.metrics(),
            stopped(),
        ));
        if let Some(post) = center.post() {
            gateways.spawn(reminders::run(center.clone(), post, stopped()));
        }
        Ok(Server {
            http,
            pg,
            center,
            stop,
            gateways,
        })
    }

    /// The line by which scripts know that the gateways answer.
    pub fn ready_line(&self) -> String {
        format!(
            "ready http http://{} pg postgresql://{}/taxhub",
            self.http, self.pg
        )
    }

    /// Serves until the process is asked to stop, then lets what is under way end.
    pub async fn until_asked_to_stop(self) {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).ok();
        let terminated = async {
            match &mut terminate {
                Some(terminate) => drop(terminate.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        self.stop().await;
    }

    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.center.stop_rounds().await;
        // A connection that does not end by itself does not hold the house open.
        let ended = tokio::time::timeout(std::time::Duration::from_secs(10), async {
            while self.gateways.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            self.gateways.shutdown().await;
        }
        self.center.close().await;
    }
}
