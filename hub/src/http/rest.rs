//! What a sender still sends when the answer is clear already. Many clients write their whole body before they read, and
//! would see a broken line instead of the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Whoever sends more than this for nothing may see a broken line.
const REST_BYTES_MAX: usize = 16 << 20;
const REST_TIME_MAX: Duration = Duration::from_secs(10);

pub(super) type Pieces = BoxStream<'static, Result<Bytes, axum::Error>>;

/// The part of a body that nobody has read.
pub(super) struct Rest(Arc<Mutex<BodyDataStream>>);

/// A body for its reader, and what will be left of it.
pub(super) fn shared(body: BodyDataStream) -> (Pieces, Rest) {
    let body = Arc::new(Mutex::new(body));
    let pieces = stream::unfold(Arc::clone(&body), |body| async move {
        let piece = body.lock().await.next().await?;
        Some((piece, body))
    });
    (pieces.boxed(), Rest(body))
}

impl Rest {
    /// Reads on and keeps nothing. Call it when the reader is gone.
    pub(super) async fn pass_over(self) {
        let reading = async {
            let (mut body, mut passed) = (self.0.lock().await, 0);
            while passed < REST_BYTES_MAX
                && let Some(Ok(piece)) = body.next().await
            {
                passed += piece.len();
            }
        };
        // However it ends, the answer follows.
        let _ = timeout(REST_TIME_MAX, reading).await;
    }
}
