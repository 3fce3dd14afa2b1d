//! The data folder of one hub: which file lives where. Nobody else joins these paths.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use url::Url;

/// A data folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn new(root: &Path) -> Folder {
        Folder {
            root: root.to_owned(),
        }
    }

    /// Makes the folder and its parts, readable by their owner only. Parts that exist stay as they are.
    pub fn create(&self) -> io::Result<()> {
        for part in [
            self.lake_keys(),
            self.audit(),
            self.spool(),
            self.uploads(),
            self.scratch(),
        ] {
            private_folder(&part)?;
        }
        Ok(())
    }

    /// Whether `init` has been here.
    pub fn is_initialised(&self) -> bool {
        self.registry().is_file()
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn registry(&self) -> PathBuf {
        self.root.join("taxhub.sqlite")
    }

    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// Seals the vault, the quarantine and the reveal store, and makes tokens.
    pub fn lake_keys(&self) -> PathBuf {
        self.keys().join("lake")
    }

    /// Signs audit heads and receipts.
    pub fn signing_key(&self) -> PathBuf {
        self.keys().join("signing.key")
    }

    /// Makes up salts for names that do not exist.
    pub fn disguise_key(&self) -> PathBuf {
        self.keys().join("disguise.key")
    }

    /// The public half, for auditors and receivers of receipts.
    pub fn verifying_key(&self) -> PathBuf {
        self.keys().join("signing.key.pub")
    }

    pub fn audit(&self) -> PathBuf {
        self.root.join("audit")
    }

    pub fn lake(&self) -> PathBuf {
        self.root.join("lake")
    }

    /// Bodies on their way in. Emptied at start.
    pub fn spool(&self) -> PathBuf {
        self.root.join("spool")
    }

    /// Bodies that arrive in several requests. They outlive a start.
    pub fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    /// What lies here for sources that have no place of their own, one folder per source.
    pub fn inboxes(&self) -> PathBuf {
        self.root.join("inboxes")
    }

    /// Spill files of queries. Emptied at start.
    pub fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// One-time first credentials, written by `init`.
    pub fn first_credentials(&self) -> PathBuf {
        self.root.join("first-credentials.json")
    }

    /// Makes the folder, because a URL needs its absolute path.
    pub fn lake_url(&self) -> io::Result<Url> {
        private_folder(&self.lake())?;
        let lake = fs::canonicalize(self.lake())?;
        Url::from_directory_path(lake).map_err(|()| io::Error::from(io::ErrorKind::InvalidInput))
    }
}

fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
