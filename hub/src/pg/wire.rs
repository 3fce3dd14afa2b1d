//! One socket: messages in, messages out, each within its time.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use pgwire::api::PgWireConnectionState;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use pgwire::tokio::server::{MaybeTls, PgWireMessageServerCodec, negotiate_tls};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::codec::{Framed, FramedParts};

use super::guard::Guard;
use super::refused::{Failure, protocol};

/// Messages a client may send ahead while its query runs.
const AHEAD_MAX: usize = 64;

pub(super) type Frames = Framed<Guard<MaybeTls>, PgWireMessageServerCodec<()>>;

/// The next message from the socket. May be dropped while it waits: nothing is lost.
async fn heard(frames: &mut Frames) -> Result<Option<PgWireFrontendMessage>, Failure> {
    let next = poll_fn(|context| match read_calmly(|| frames.poll_next_unpin(context)) {
        Ok(Poll::Ready(message)) => Poll::Ready(Ok(message)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(failure) => Poll::Ready(Err(failure)),
    });
    Ok(next.await?.transpose()?)
}

/// The codec's readers count on bodies that are as long as they ought to be, and panic on others. Such a message is a
/// breach of protocol like any other, so it becomes one.
pub(super) fn read_calmly<T>(read: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|_| Failure::Fatal(protocol()))
}

pub(super) struct Wire {
    pub(super) frames: Frames,
    ahead: VecDeque<PgWireFrontendMessage>,
    write_time_max: Duration,
}

impl Wire {
    /// Answers the client's question for encryption. `None` if it insists on what we do not offer.
    pub(super) async fn open(
        stream: TcpStream,
        bytes_max: usize,
        write_time_max: Duration,
    ) -> io::Result<Option<Wire>> {
        let Some(framed) = negotiate_tls::<()>(stream, None).await? else {
            return Ok(None);
        };
        let parts = framed.into_parts();
        let guard = Guard::new(parts.io, bytes_max, &parts.read_buf)?;
        let mut guarded = FramedParts::new::<PgWireBackendMessage>(guard, parts.codec);
        guarded.read_buf = parts.read_buf;
        guarded.write_buf = parts.write_buf;
        Ok(Some(Wire {
            frames: Framed::from_parts(guarded),
            ahead: VecDeque::new(),
            write_time_max,
        }))
    }

    /// The next message; `None` when the client has gone.
    pub(super) async fn next(&mut self) -> Result<Option<PgWireFrontendMessage>, Failure> {
        match self.ahead.pop_front() {
            Some(message) => Ok(Some(message)),
            None => heard(&mut self.frames).await,
        }
    }

    /// Waits for the house, and notices meanwhile when the client goes away.
    pub(super) async fn wait<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                message = heard(&mut self.frames), if self.ahead.len() < AHEAD_MAX => match message? {
                    None | Some(PgWireFrontendMessage::Terminate(_)) => return Err(Failure::Gone),
                    Some(message) => self.ahead.push_back(message),
                },
            }
        }
    }

    /// Queues a message. Waits only when the client is slow, and not for ever.
    pub(super) async fn put(&mut self, message: PgWireBackendMessage) -> Result<(), Failure> {
        match timeout(self.write_time_max, self.frames.feed(message)).await {
            Ok(fed) => Ok(fed?),
            Err(_) => Err(Failure::Gone),
        }
    }

    pub(super) async fn flush(&mut self) -> Result<(), Failure> {
        match timeout(
            self.write_time_max,
            SinkExt::<PgWireBackendMessage>::flush(&mut self.frames),
        )
        .await
        {
            Ok(flushed) => Ok(flushed?),
            Err(_) => Err(Failure::Gone),
        }
    }

    /// The codec reads a message differently before and after sign-in.
    pub(super) fn expect(&mut self, state: PgWireConnectionState) {
        self.frames.codec_mut().client_info.state = state;
    }
}
