//! `taxhub init`: makes a data folder with its keys, its empty registry and lake, and one account for each of the
//! three offices. Nothing has a default password: each gets a made-up one that is good for changing it, once.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;

use audit::{Act, ActKind, Closing, Log, Outcome, Signer};
use lake::{KeyRing, Lake};
use policy::{AccountStore, Identity, Role, system_clock};
use registry::Registry;
use schemas::{DepartmentCode, Level, RegionCode};
use serde_json::json;

use crate::center::{Books, Founding, OpenError, Person};
use crate::config::Config;
use crate::folder::Folder;
use crate::front::NewPerson;
use crate::lake_place::lake_settings;
use crate::lock::DataLock;

/// The three offices, kept apart from the first day on.
const OFFICES: [(&str, &str, Role); 3] = [
    ("system", "demo.person_system", Role::SystemAdmin),
    ("security", "demo.person_security", Role::SecurityAdmin),
    ("audit", "demo.person_audit", Role::AuditAdmin),
];

/// Makes the data folder that the settings name and gives the first people.
///
/// # Errors
/// A folder that has accounts is left as it is. A store without fsync, hard links or put-if-absent is refused.
pub async fn init(config: &Config, region: &RegionCode) -> Result<Vec<Person>, OpenError> {
    let root = &config.data_dir;
    let folder = Folder::new(root);
    let unusable = |e: std::io::Error| OpenError::new("hub.data_folder_unusable", e.kind());
    folder.create().map_err(unusable)?;
    let _lock = DataLock::take(root).map_err(|e| OpenError::new(e.code(), e))?;
    let signer = Signer::load_or_create(&folder.signing_key()).map_err(|e| OpenError::new(e.code(), e))?;
    let keys = KeyRing::load_or_create(&folder.lake_keys()).map_err(|e| OpenError::new(e.code(), e))?;
    // Opened once so that a disk that cannot keep what it acknowledges is found today, not at the first submission.
    Lake::open(&lake_settings(&config.lake, &folder)?, keys)
        .await
        .map_err(|e| OpenError::new(e.code(), e))?;
    let registry = Registry::open(&folder.registry())
        .await
        .map_err(|e| OpenError::new(e.code(), e))?;
    let accounts: Arc<dyn AccountStore> = Arc::new(registry.clone());
    let existing = accounts
        .accounts()
        .await
        .map_err(|e| OpenError::new("registry.unavailable", e))?;
    if !existing.is_empty() {
        return Err(OpenError::new(
            "hub.already_initialised",
            "the folder has accounts",
        ));
    }
    let audit_folder = folder.audit();
    let log = tokio::task::spawn_blocking(move || Log::open(&audit_folder, signer)).await;
    let log = log
        .map_err(|e| OpenError::new("audit_unavailable", e))?
        .map_err(|e| OpenError::new(e.code(), e))?;
    let books = Books::new(log);
    let act = Act::new(
        ActKind::System,
        json!({"act": "init", "version": env!("CARGO_PKG_VERSION")}),
    );
    books
        .record(act, Closing::new(Outcome::Done, json!({})))
        .await
        .map_err(OpenError::from_problem)?;
    let identity = Identity::new(accounts, system_clock());
    let founding = Founding {
        registry: registry.clone(),
        identity,
        books,
    };
    let mut people = Vec::new();
    for (office, title, role) in OFFICES {
        let department = DepartmentCode::parse("hub").map_err(|e| OpenError::new("hub.internal", e))?;
        let person = NewPerson {
            name: format!("hub.{office}"),
            display_name: schemas::texts::render(title, &[]).zh,
            department,
            role,
            region: region.clone(),
            clearance: Level::L1,
            purposes: Vec::new(),
            default_purpose: None,
        };
        people.push(
            founding
                .admit(person, true)
                .await
                .map_err(OpenError::from_problem)?,
        );
    }
    write_first_credentials(&folder, &people).map_err(unusable)?;
    registry.close().await;
    Ok(people)
}

/// A file that its owner reads, hands over and deletes.
fn write_first_credentials(folder: &Folder, people: &[Person]) -> std::io::Result<()> {
    let list: Vec<_> = people
        .iter()
        .map(|person| json!({"name": person.account.name, "one_time_password": person.password.as_str()}))
        .collect();
    let path = folder.first_credentials();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(serde_json::to_string_pretty(&list)?.as_bytes())?;
    file.sync_all()
}
