//! Sealed objects: encrypted and authenticated streams in the object store. The vault, the quarantine and the reveal
//! store are made of them.
//!
//! A sealed stream is a header and AES-256-GCM segments (the STREAM construction): segment n has the nonce
//! `prefix ‖ n ‖ last?`, so segments cannot be reordered, dropped, repeated or appended. Every object has its own key,
//! derived from a ring key, a random salt and the object's name, so an object moved to another name does not open and
//! nonces of two objects never meet under one key.

mod reader;
mod segments;
mod writer;

pub use reader::PlainStream;
pub use writer::{Sealed, SealedWriter};

pub(crate) use reader::open;
pub(crate) use segments::{Header, SEGMENT_BYTES, SegmentCipher, TAG_BYTES};

#[cfg(test)]
mod tests;
