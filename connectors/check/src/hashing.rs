//! Takes the SHA-256 of a file while others read it, so that hashing costs no pass of its own.

use std::io::{self, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

/// Hashes each byte the first time it is read in order; what is read again or out of order is not hashed twice.
pub(crate) struct Hashing<R> {
    inner: R,
    digest: Sha256,
    at: u64,
    hashed: u64,
}

impl<R: Read + Seek> Hashing<R> {
    pub fn new(mut inner: R) -> io::Result<Self> {
        inner.seek(SeekFrom::Start(0))?;
        Ok(Self {
            inner,
            digest: Sha256::new(),
            at: 0,
            hashed: 0,
        })
    }

    /// Reads what nobody has read yet and returns `sha256:<hex>` of the whole file.
    pub fn finish(mut self) -> io::Result<String> {
        let from = self.hashed;
        self.seek(SeekFrom::Start(from))?;
        io::copy(&mut self, &mut io::sink())?;
        Ok(labelled(self.digest))
    }
}

/// Digests carry the name of their algorithm, so that another can follow.
pub(crate) fn labelled(digest: Sha256) -> String {
    format!("sha256:{}", hex::encode(digest.finalize()))
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let end = self.at + read as u64;
        if self.at <= self.hashed && end > self.hashed {
            // Less than a buffer, so it fits.
            let known = usize::try_from(self.hashed - self.at).unwrap_or(read);
            self.digest.update(buffer.get(known..read).unwrap_or_default());
            self.hashed = end;
        }
        self.at = end;
        Ok(read)
    }
}

impl<R: Seek> Seek for Hashing<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_file_however_it_was_read() {
        let file: Vec<u8> = (0..100_000u32).map(|index| (index % 251) as u8).collect();
        let mut whole = Sha256::new();
        whole.update(&file);
        let expected = labelled(whole);
        let mut hashing = Hashing::new(io::Cursor::new(&file)).unwrap();
        hashing.seek(SeekFrom::End(-10)).unwrap();
        hashing.read_to_end(&mut Vec::new()).unwrap();
        hashing.seek(SeekFrom::Start(0)).unwrap();
        hashing.read_exact(&mut [0; 5000]).unwrap();
        hashing.seek(SeekFrom::Start(100)).unwrap();
        hashing.read_exact(&mut [0; 7000]).unwrap();
        assert_eq!(hashing.finish().unwrap(), expected);
        assert_eq!(
            Hashing::new(io::Cursor::new(&file)).unwrap().finish().unwrap(),
            expected
        );
    }
}
