//! One reveal segment: sealed blocks of pairs sorted by token, a sealed index of their first tokens, the seal's
//! header, and a footer of 16 bytes that says where the index is. Everything needed to find a block is at the end, so
//! one ranged read begins and one more ends a search.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use zeroize::Zeroizing;

use super::Pairs;
use crate::error::{LakeError, storage};
use crate::keys::KeyRing;
use crate::sealed::{Header, SegmentCipher};

/// Plain bytes of a block. A search opens one.
const BLOCK_BYTES: usize = 64 * 1024;
/// First guess at how much of the end to read: index and header of about 200,000 pairs.
const TAIL_BYTES: u64 = 8 * 1024;
const FOOTER_BYTES: usize = 16;

pub(super) fn seal(keys: &KeyRing, name: &str, pairs: &Pairs) -> Result<Vec<u8>, LakeError> {
    let header = Header::new(keys)?;
    let cipher = header.cipher(keys, name)?;
    let (mut sealed, mut index) = (Vec::new(), Vec::new());
    let mut writer = Blocks {
        cipher: &cipher,
        sealed: &mut sealed,
        index: &mut index,
        number: 0,
    };
    let mut block = Zeroizing::new(Vec::with_capacity(BLOCK_BYTES + 1024));
    let mut first: Option<&str> = None;
    for (token, raw) in pairs.sorted() {
        if let Some(token) = first.filter(|_| block.len() + token.len() + raw.len() + 8 > BLOCK_BYTES) {
            writer.push(token, std::mem::take(&mut *block))?;
            first = None;
        }
        first = first.or(Some(token));
        put_text(&mut block, token)?;
        put_text(&mut block, raw)?;
    }
    if let Some(token) = first {
        writer.push(token, std::mem::take(&mut *block))?;
    }
    let blocks = writer.number;
    let index_at = sealed.len() as u64;
    cipher.seal(blocks, true, &mut index)?;
    let index_bytes = u32::try_from(index.len()).map_err(|_| LakeError::Seal)?;
    sealed.extend_from_slice(&index);
    sealed.extend_from_slice(&header.bytes());
    sealed.extend_from_slice(&index_at.to_be_bytes());
    sealed.extend_from_slice(&index_bytes.to_be_bytes());
    sealed.extend_from_slice(&blocks.to_be_bytes());
    Ok(sealed)
}

struct Blocks<'a> {
    cipher: &'a SegmentCipher,
    sealed: &'a mut Vec<u8>,
    index: &'a mut Vec<u8>,
    number: u32,
}

impl Blocks<'_> {
    fn push(&mut self, first: &str, mut block: Vec<u8>) -> Result<(), LakeError> {
        self.cipher.seal(self.number, false, &mut block)?;
        put_text(self.index, first)?;
        self.index
            .extend_from_slice(&(self.sealed.len() as u64).to_be_bytes());
        self.index.extend_from_slice(
            &u32::try_from(block.len())
                .map_err(|_| LakeError::Seal)?
                .to_be_bytes(),
        );
        self.sealed.extend_from_slice(&block);
        self.number += 1;
        Ok(())
    }
}

pub(super) async fn find(
    store: &Arc<dyn ObjectStore>,
    keys: &KeyRing,
    key: &Path,
    token: &str,
) -> Result<Option<Zeroizing<String>>, LakeError> {
    let (tail, tail_at) = tail(store, key).await?;
    let footer = Footer::parse(&tail)?;
    let from = footer.index_at.checked_sub(tail_at).ok_or_else(damaged)?;
    let from = usize::try_from(from).map_err(|_| damaged())?;
    let end = from
        .checked_add(footer.index_bytes as usize)
        .ok_or_else(damaged)?;
    let index = tail.get(from..end).ok_or_else(damaged)?;
    let (header, _) = Header::parse(tail.get(end..).ok_or_else(damaged)?)?.ok_or_else(damaged)?;
    let cipher = header.cipher(keys, key.as_ref())?;
    let index = cipher.open(footer.blocks, true, index)?;
    let Some(place) = block_of(&index, token)? else {
        return Ok(None);
    };
    let range = place.at..place.at + u64::from(place.bytes);
    let sealed = store
        .get_range(key, range)
        .await
        .map_err(storage("read a reveal block"))?;
    let block = Zeroizing::new(cipher.open(place.number, false, &sealed)?);
    let mut rest = block.as_slice();
    while !rest.is_empty() {
        let (its_token, raw) = (take_text(&mut rest)?, take_text(&mut rest)?);
        if its_token == token {
            return Ok(Some(Zeroizing::new(raw.to_owned())));
        }
    }
    Ok(None)
}

/// Enough of the object's end to hold index, header and footer, and where it begins.
async fn tail(store: &Arc<dyn ObjectStore>, key: &Path) -> Result<(Bytes, u64), LakeError> {
    let mut wanted = TAIL_BYTES;
    loop {
        let options = GetOptions {
            range: Some(GetRange::Suffix(wanted)),
            ..GetOptions::default()
        };
        let got = store
            .get_opts(key, options)
            .await
            .map_err(storage("read a reveal index"))?;
        let (at, size) = (got.range.start, got.meta.size);
        let tail = got.bytes().await.map_err(storage("read a reveal index"))?;
        let needed = size.saturating_sub(Footer::parse(&tail)?.index_at);
        if at == 0 || needed <= tail.len() as u64 {
            return Ok((tail, at));
        }
        wanted = needed.max(wanted.saturating_mul(2));
    }
}

struct Footer {
    index_at: u64,
    index_bytes: u32,
    blocks: u32,
}

impl Footer {
    /// Not authenticated itself: false numbers lead to bytes that do not open.
    fn parse(tail: &[u8]) -> Result<Footer, LakeError> {
        let (_, footer) = tail.split_last_chunk::<FOOTER_BYTES>().ok_or_else(damaged)?;
        let mut rest = footer.as_slice();
        Ok(Footer {
            index_at: take_u64(&mut rest)?,
            index_bytes: take_u32(&mut rest)?,
            blocks: take_u32(&mut rest)?,
        })
    }
}

struct Place {
    number: u32,
    at: u64,
    bytes: u32,
}

/// The last block whose first token is not above `token`.
fn block_of(index: &[u8], token: &str) -> Result<Option<Place>, LakeError> {
    let (mut rest, mut number, mut place) = (index, 0, None);
    while !rest.is_empty() {
        let first = take_text(&mut rest)?;
        let (at, bytes) = (take_u64(&mut rest)?, take_u32(&mut rest)?);
        if first > token {
            break;
        }
        place = Some(Place { number, at, bytes });
        number += 1;
    }
    Ok(place)
}

fn damaged() -> LakeError {
    LakeError::Seal.because("read a reveal segment", "its parts do not fit together")
}

fn put_text(into: &mut Vec<u8>, text: &str) -> Result<(), LakeError> {
    into.extend_from_slice(
        &u32::try_from(text.len())
            .map_err(|_| LakeError::Seal)?
            .to_be_bytes(),
    );
    into.extend_from_slice(text.as_bytes());
    Ok(())
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Result<&'a str, LakeError> {
    let length = take_u32(rest)? as usize;
    let (text, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
    *rest = after;
    std::str::from_utf8(text).map_err(|_| damaged())
}

fn take_u32(rest: &mut &[u8]) -> Result<u32, LakeError> {
    let (bytes, after) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
    *rest = after;
    Ok(u32::from_be_bytes(*bytes))
}

fn take_u64(rest: &mut &[u8]) -> Result<u64, LakeError> {
    let (bytes, after) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
    *rest = after;
    Ok(u64::from_be_bytes(*bytes))
}
