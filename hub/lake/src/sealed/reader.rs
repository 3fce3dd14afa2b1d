//! Reading a sealed object as a stream of plain bytes.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::{Header, SEGMENT_BYTES, SegmentCipher, TAG_BYTES};
use crate::error::{LakeError, storage};
use crate::keys::KeyRing;

/// Plain bytes of a sealed object, one authenticated segment at a time. An object that was cut ends in an error, never
/// in a short read; whoever acts on the first bytes before the end must be able to take it back.
pub type PlainStream = BoxStream<'static, Result<Bytes, LakeError>>;

pub(crate) async fn open(
    store: &Arc<dyn ObjectStore>,
    keys: &KeyRing,
    key: &Path,
) -> Result<PlainStream, LakeError> {
    let sealed = store
        .get(key)
        .await
        .map_err(storage("read a sealed object"))?
        .into_stream();
    let mut reader = Reader {
        sealed,
        held: BytesMut::new(),
        ended: false,
        number: 0,
        over: false,
    };
    let header = loop {
        if let Some((header, length)) = Header::parse(&reader.held)? {
            let _ = reader.held.split_to(length);
            break header;
        }
        if !reader.more().await? {
            return Err(LakeError::Seal.because("read a seal", "the object ends in its header"));
        }
    };
    let cipher = header.cipher(keys, key.as_ref())?;
    Ok(
        stream::unfold((reader, cipher), |(mut reader, cipher)| async move {
            let item = reader.segment(&cipher).await.transpose()?;
            reader.over |= item.is_err();
            Some((item, (reader, cipher)))
        })
        .boxed(),
    )
}

struct Reader {
    sealed: BoxStream<'static, object_store::Result<Bytes>>,
    held: BytesMut,
    ended: bool,
    number: u32,
    over: bool,
}

impl Reader {
    /// The next segment's plain bytes; `None` after the last one.
    async fn segment(&mut self, cipher: &SegmentCipher) -> Result<Option<Bytes>, LakeError> {
        const FULL: usize = SEGMENT_BYTES + TAG_BYTES;
        if self.over {
            return Ok(None);
        }
        // One byte more than a segment tells that it is not the last.
        while self.held.len() <= FULL && self.more().await? {}
        let last = self.held.len() <= FULL;
        let sealed = self.held.split_to(FULL.min(self.held.len()));
        let plain = cipher.open(self.number, last, &sealed)?;
        self.number = self.number.checked_add(1).ok_or(LakeError::Seal)?;
        self.over = last;
        Ok(Some(Bytes::from(plain)))
    }

    async fn more(&mut self) -> Result<bool, LakeError> {
        if self.ended {
            return Ok(false);
        }
        match self.sealed.next().await {
            Some(bytes) => self
                .held
                .extend_from_slice(&bytes.map_err(storage("read a sealed object"))?),
            None => self.ended = true,
        }
        Ok(!self.ended)
    }
}
