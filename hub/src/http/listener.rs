//! The door of the HTTP port: so many connections and no more, and none that stays without saying anything.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected as Connects;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use crate::metrics::{Connected, Metrics};

/// Accepts while there is room. Who comes later waits in the kernel's queue.
pub(super) struct Gate {
    socket: TcpListener,
    places: Arc<Semaphore>,
    silent_time_max: Duration,
    metrics: Arc<Metrics>,
}

impl Gate {
    pub(super) fn new(
        socket: TcpListener,
        places: usize,
        silent_time_max: Duration,
        metrics: Arc<Metrics>,
    ) -> Gate {
        Gate {
            socket,
            places: Arc::new(Semaphore::new(places)),
            silent_time_max,
            metrics,
        }
    }
}

impl Listener for Gate {
    type Io = Watched;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Watched, SocketAddr) {
        loop {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                continue;
            };
            match self.socket.accept().await {
                Ok((stream, address)) => {
                    let _ = stream.set_nodelay(true);
                    let most = self.silent_time_max;
                    let counted = Connected::count(&self.metrics, "http");
                    let timer = Box::pin(sleep(most));
                    return (
                        Watched {
                            stream,
                            timer,
                            most,
                            _place: place,
                            _counted: counted,
                        },
                        address,
                    );
                }
                Err(error) => {
                    // Mostly a lack of file descriptors, which only time can mend.
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// The address of the other side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

impl Connects<IncomingStream<'_, Gate>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Peer {
        Peer(*stream.remote_addr())
    }
}

/// A connection that fails when nothing has moved in either direction for a while.
pub(super) struct Watched {
    stream: TcpStream,
    timer: Pin<Box<Sleep>>,
    most: Duration,
    _place: OwnedSemaphorePermit,
    _counted: Connected,
}

impl Watched {
    fn watch<T>(&mut self, context: &mut Context<'_>, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match moved {
            Poll::Ready(done) => {
                let most = self.most;
                self.timer.as_mut().reset(Instant::now() + most);
                Poll::Ready(done)
            }
            Poll::Pending => match self.timer.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_read(context, into);
        self.watch(context, moved)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write(context, from);
        self.watch(context, moved)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write_vectored(context, from);
        self.watch(context, moved)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
