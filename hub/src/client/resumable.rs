//! Sends a large file in pieces and goes on where a connection broke, also after the command itself was stopped: the
//! addresses of unfinished uploads are kept beside the credentials until their receipt is there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::{Client, ClientError, Saved};

/// Smaller files are sent in one request: sending them again costs little.
pub const FROM_BYTES: u64 = 16 << 20;
const PIECE_BYTES: u64 = 16 << 20;
/// Attempts without a byte of progress.
const ATTEMPTS: u32 = 8;
const WAIT_SECONDS: u64 = 30;
const TUS: (&str, &str) = ("Tus-Resumable", "1.0.0");

/// What is sent, and what the hub is told about it.
pub struct Sending<'a> {
    pub path: &'a Path,
    pub length: u64,
    /// `feed`, `period`, `unit`, `filename`, `idempotency_key`, and `act` with what it names.
    pub metadata: Vec<(&'static str, String)>,
}

impl Client {
    /// Sends the file and waits for its receipt. `progress` is told how many bytes have arrived.
    pub async fn send_resumable(
        &self,
        sending: &Sending<'_>,
        progress: impl Fn(u64),
    ) -> Result<Value, ClientError> {
        let kept = Kept::of(sending, &self.address);
        let (place, mut offset) = match self.earlier(&kept, sending.length).await? {
            Some(found) => found,
            None => (self.begin(sending, &kept).await?, 0),
        };
        if offset == sending.length {
            // It may have failed at what has passed since; a piece of nothing has it looked at again. What intake has
            // already refuses the piece.
            let _ = self.piece(sending, &place, offset).await;
        }
        let mut tired = 0;
        while offset < sending.length {
            progress(offset);
            match self.piece(sending, &place, offset).await {
                Ok(end) => (offset, tired) = (end, 0),
                Err(ClientError::Refused { status, problem }) if !is_passing(status) => {
                    return Err(ClientError::Refused { status, problem });
                }
                Err(error) => {
                    tired += 1;
                    if tired >= ATTEMPTS {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_millis(250) * 2_u32.saturating_pow(tired)).await;
                    if let Ok(Some(end)) = self.offset(&place).await {
                        tired = if end > offset { 0 } else { tired };
                        offset = end;
                    }
                }
            }
        }
        progress(offset);
        let outcome = self.outcome(&place).await;
        match &outcome {
            Ok(_) => kept.forget(),
            // It will not be taken, so it shall not count among the unfinished ones.
            Err(ClientError::Refused {
                status: 400..=499, ..
            }) => {
                kept.forget();
                let request = self.request(Method::DELETE, &place).header(TUS.0, TUS.1);
                let _ = self.send(request).await;
            }
            Err(_) => {}
        }
        outcome
    }

    async fn begin(&self, sending: &Sending<'_>, kept: &Kept) -> Result<String, ClientError> {
        let pairs = sending
            .metadata
            .iter()
            .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
        let request = self
            .request(Method::POST, "/v1/uploads")
            .header(TUS.0, TUS.1)
            .header("Upload-Length", sending.length)
            .header("Upload-Metadata", pairs.collect::<Vec<_>>().join(","));
        let response = self.send(request).await?;
        let place = response.headers().get(LOCATION);
        let place = place
            .and_then(|place| place.to_str().ok())
            .ok_or_else(|| ClientError::Unreachable(self.address.clone()))?;
        kept.remember(place);
        Ok(place.to_owned())
    }

    /// An upload of the same file that was not finished, and how far it came.
    async fn earlier(&self, kept: &Kept, length: u64) -> Result<Option<(String, u64)>, ClientError> {
        let Some(place) = kept.place() else {
            return Ok(None);
        };
        match self.offset(&place).await? {
            Some(offset) if offset <= length => Ok(Some((place, offset))),
            _ => Ok(None),
        }
    }

    /// `None` if the hub does not know the upload any more.
    async fn offset(&self, place: &str) -> Result<Option<u64>, ClientError> {
        let request = self.request(Method::HEAD, place).header(TUS.0, TUS.1);
        match self.send(request).await {
            Ok(response) => Ok(offset_of(&response)),
            Err(ClientError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn piece(&self, sending: &Sending<'_>, place: &str, offset: u64) -> Result<u64, ClientError> {
        let length = PIECE_BYTES.min(sending.length - offset);
        let bytes = read(sending.path, offset, length)
            .await
            .map_err(|_| ClientError::Unreadable)?;
        let request = self
            .request(Method::PATCH, place)
            .header(TUS.0, TUS.1)
            .header("Upload-Offset", offset)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .body(bytes);
        let response = self.send(request).await?;
        offset_of(&response).ok_or_else(|| ClientError::Unreachable(self.address.clone()))
    }

    async fn outcome(&self, place: &str) -> Result<Value, ClientError> {
        loop {
            let found = self.get(&format!("{place}?wait={WAIT_SECONDS}")).await?;
            match found.get("state").and_then(Value::as_str) {
                Some("settled" | "waiting") => return Ok(found.get("receipt").cloned().unwrap_or_default()),
                Some("failed") => {
                    let problem = found.get("problem").cloned().unwrap_or_default();
                    let status = problem.get("status").and_then(Value::as_u64).unwrap_or(500);
                    let status = u16::try_from(status).unwrap_or(500);
                    return Err(ClientError::Refused { status, problem });
                }
                _ => {}
            }
        }
    }
}

/// The next attempt may succeed: somebody else's turn, a restart, another offset than we thought. What a department may
/// send on a day does not come back so soon; the command given again tomorrow sends the rest.
fn is_passing(status: u16) -> bool {
    matches!(
        StatusCode::from_u16(status),
        Ok(StatusCode::CONFLICT | StatusCode::LOCKED)
    ) || status >= 500
}

fn offset_of(response: &reqwest::Response) -> Option<u64> {
    response
        .headers()
        .get("upload-offset")?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

async fn read(path: &Path, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(io::SeekFrom::Start(offset)).await?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    file.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Where the address of an unfinished upload is kept: one file for all, by what is sent where.
struct Kept {
    file: Option<PathBuf>,
    key: String,
}

impl Kept {
    fn of(sending: &Sending<'_>, address: &str) -> Kept {
        let changed = fs::metadata(sending.path).and_then(|facts| facts.modified()).ok();
        let changed = changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let path = fs::canonicalize(sending.path).unwrap_or_else(|_| sending.path.to_owned());
        let what = (address, &path, sending.length, changed, &sending.metadata);
        Kept {
            file: Saved::beside("uploads.json"),
            key: format!("{what:?}"),
        }
    }

    fn all(&self) -> BTreeMap<String, String> {
        let text = self.file.as_ref().and_then(|file| fs::read(file).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    fn place(&self) -> Option<String> {
        self.all().remove(&self.key)
    }

    fn remember(&self, place: &str) {
        let mut all = self.all();
        all.insert(self.key.clone(), place.to_owned());
        self.write(&all);
    }

    fn forget(&self) {
        let mut all = self.all();
        if all.remove(&self.key).is_some() {
            self.write(&all);
        }
    }

    /// Without it a stopped command begins again; that is no reason to stop now.
    fn write(&self, all: &BTreeMap<String, String>) {
        let Some(file) = &self.file else { return };
        if let Some(folder) = file.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = fs::write(file, serde_json::to_vec(all).unwrap_or_default());
    }
}
