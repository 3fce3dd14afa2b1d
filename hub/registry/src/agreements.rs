//! Agreements as a chain of hashed rows. A row is believed only if its hash, its place in the chain and its lookup
//! columns all agree with its text. Not here: who may append what (`policy`).

use async_trait::async_trait;
use chrono::NaiveDate;
use policy::{Agreement, AgreementState, AgreementStore, KeyBalance, KeyCharge, Role, StoreError};
use schemas::{DepartmentCode, PurposeCode, ViewName};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnection;

use crate::error::RegistryError;
use crate::open::Registry;

const NO_HASH: &str = "";

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    agreement_id: String,
    revision: i64,
    consumer: String,
    role: String,
    purpose: String,
    view: String,
    state: String,
    body: String,
    previous_hash: String,
    hash: String,
}

impl Row {
    fn new(agreement: &Agreement, seq: i64, previous_hash: &str) -> Result<Row, RegistryError> {
        let body = serde_json::to_string(agreement)?;
        let content = &agreement.content;
        Ok(Row {
            seq,
            agreement_id: agreement.id.clone(),
            revision: i64::from(agreement.revision),
            consumer: content.consumer.as_str().to_owned(),
            role: content.role.as_str().to_owned(),
            purpose: content.purpose.as_str().to_owned(),
            view: content.view.as_str().to_owned(),
            state: agreement.state.as_str().to_owned(),
            hash: hash(seq, previous_hash, &body),
            body,
            previous_hash: previous_hash.to_owned(),
        })
    }

    /// The agreement, if nobody has changed the row by hand.
    fn read(&self) -> Result<Agreement, RegistryError> {
        let altered = || {
            tracing::error!(
                agreement.id = self.agreement_id,
                seq = self.seq,
                "an agreement was altered in the store"
            );
            RegistryError::Damaged("an agreement was altered")
        };
        if hash(self.seq, &self.previous_hash, &self.body) != self.hash {
            return Err(altered());
        }
        let agreement: Agreement = serde_json::from_str(&self.body).map_err(|_| altered())?;
        let content = &agreement.content;
        let fits = agreement.id == self.agreement_id
            && i64::from(agreement.revision) == self.revision
            && content.consumer.as_str() == self.consumer
            && content.role.as_str() == self.role
            && content.purpose.as_str() == self.purpose
            && content.view.as_str() == self.view
            && agreement.state.as_str() == self.state
            && content.content_hash() == agreement.content_hash;
        if fits { Ok(agreement) } else { Err(altered()) }
    }
}

fn hash(seq: i64, previous_hash: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("taxhub-agreement\n{seq}\n{previous_hash}\n"));
    hash.update(body);
    format!("sha256:{}", hex::encode(hash.finalize()))
}

/// Of several revisions, the newest of each agreement. `rows` are ordered by agreement and revision.
fn newest(rows: Vec<Row>) -> Vec<Row> {
    let mut newest: Vec<Row> = Vec::new();
    for row in rows {
        match newest.last_mut() {
            Some(last) if last.agreement_id == row.agreement_id => *last = row,
            _ => newest.push(row),
        }
    }
    newest
}

impl Registry {
    /// Walks the whole chain; called at open. A store in which an agreement was edited, removed or slipped in is not
    /// opened: what it would allow is anybody's guess.
    pub(crate) async fn check_agreements(&self) -> Result<(), RegistryError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM agreements ORDER BY seq")
            .fetch_all(&self.readers)
            .await?;
        let mut previous_hash = NO_HASH;
        for (seq, row) in (1..).zip(&rows) {
            row.read()?;
            if row.seq != seq || row.previous_hash != previous_hash {
                tracing::error!(
                    agreement.id = row.agreement_id,
                    seq,
                    "the chain of agreements is broken"
                );
                return Err(RegistryError::Damaged("the chain of agreements is broken"));
            }
            previous_hash = &row.hash;
        }
        Ok(())
    }

    /// Length and last hash of the chain. Written into the audit log with every policy act, it shows later that no
    /// newer revision was cut off.
    pub async fn agreements_head(&self) -> Result<(i64, String), RegistryError> {
        Ok(head(&mut *self.readers.acquire().await?).await?)
    }

    async fn append_agreements(&self, revisions: &[Agreement]) -> Result<u64, StoreError> {
        // What ends comes first: the store never shows two answers, not even between two statements.
        let mut ordered: Vec<&Agreement> = revisions.iter().collect();
        ordered.sort_by_key(|agreement| agreement.state == AgreementState::Active);
        let mut writing = self
            .writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(unavailable)?;
        let mut moved = false;
        for agreement in ordered {
            let before: Option<(i64, String)> = sqlx::query_as(
                "SELECT revision, state FROM agreements WHERE agreement_id = ? ORDER BY revision DESC LIMIT 1",
            )
            .bind(&agreement.id)
            .fetch_optional(&mut *writing)
            .await
            .map_err(unavailable)?;
            let (revision, state) = before.unwrap_or_default();
            if revision + 1 != i64::from(agreement.revision) {
                return Err(StoreError::Conflict("not the next revision"));
            }
            moved |= agreement.state == AgreementState::Active || state == AgreementState::Active.as_str();
            let (seq, previous_hash) = head(&mut writing).await.map_err(unavailable)?;
            let row = Row::new(agreement, seq + 1, &previous_hash).map_err(store)?;
            insert(&mut writing, &row).await?;
        }
        if moved {
            sqlx::query("UPDATE policy_epoch SET epoch = epoch + 1")
                .execute(&mut *writing)
                .await
                .map_err(unavailable)?;
        }
        let epoch: i64 = sqlx::query_scalar("SELECT epoch FROM policy_epoch")
            .fetch_one(&mut *writing)
            .await
            .map_err(unavailable)?;
        writing.commit().await.map_err(unavailable)?;
        u64::try_from(epoch).map_err(|_| store(RegistryError::Damaged("the policy epoch is negative")))
    }
}

async fn head(connection: &mut SqliteConnection) -> Result<(i64, String), sqlx::Error> {
    let head = sqlx::query_as("SELECT seq, hash FROM agreements ORDER BY seq DESC LIMIT 1");
    Ok(head
        .fetch_optional(connection)
        .await?
        .unwrap_or((0, NO_HASH.to_owned())))
}

async fn insert(writing: &mut SqliteConnection, row: &Row) -> Result<(), StoreError> {
    let inserted = sqlx::query("INSERT INTO agreements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(row.seq)
        .bind(&row.agreement_id)
        .bind(row.revision)
        .bind(&row.consumer)
        .bind(&row.role)
        .bind(&row.purpose)
        .bind(&row.view)
        .bind(&row.state)
        .bind(&row.body)
        .bind(&row.previous_hash)
        .bind(&row.hash)
        .execute(writing)
        .await;
    match inserted {
        Ok(_) => Ok(()),
        // The trigger `agreements_one_answers` speaks through SQLITE_CONSTRAINT_TRIGGER.
        Err(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some("1811") => {
            Err(StoreError::Conflict("another agreement answers this question"))
        }
        Err(error) => Err(unavailable(error)),
    }
}

#[async_trait]
impl AgreementStore for Registry {
    async fn active(
        &self,
        department: &DepartmentCode,
        role: Role,
        purpose: &PurposeCode,
        view: &ViewName,
        on: NaiveDate,
    ) -> Result<Option<Agreement>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM agreements WHERE consumer = ? AND role = ? AND purpose = ? AND view = ?
             ORDER BY agreement_id, revision",
        )
        .bind(department.as_str())
        .bind(role.as_str())
        .bind(purpose.as_str())
        .bind(view.as_str())
        .fetch_all(&self.readers)
        .await
        .map_err(unavailable)?;
        let mut answers = Vec::new();
        for row in newest(rows) {
            let agreement = row.read().map_err(store)?;
            if agreement.holds_on(on) {
                answers.push(agreement);
            }
        }
        // One agreement answers. Looked at again where it would hurt: two answers are none.
        if answers.len() > 1 {
            return Err(store(RegistryError::Damaged(
                "two agreements answer one question",
            )));
        }
        Ok(answers.pop())
    }

    async fn agreement(&self, id: &str) -> Result<Option<Agreement>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM agreements WHERE agreement_id = ? ORDER BY revision DESC LIMIT 1")
                .bind(id)
                .fetch_optional(&self.readers)
                .await
                .map_err(unavailable)?;
        row.map(|row| row.read().map_err(store)).transpose()
    }

    async fn revisions(&self, id: &str) -> Result<Vec<Agreement>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM agreements WHERE agreement_id = ? ORDER BY revision")
                .bind(id)
                .fetch_all(&self.readers)
                .await
                .map_err(unavailable)?;
        rows.iter().map(|row| row.read().map_err(store)).collect()
    }

    async fn list(&self) -> Result<Vec<Agreement>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM agreements ORDER BY agreement_id, revision")
            .fetch_all(&self.readers)
            .await
            .map_err(unavailable)?;
        newest(rows).iter().map(|row| row.read().map_err(store)).collect()
    }

    async fn append(&self, revisions: &[Agreement]) -> Result<u64, StoreError> {
        self.append_agreements(revisions).await
    }

    async fn epoch(&self) -> Result<u64, StoreError> {
        let epoch: i64 = sqlx::query_scalar("SELECT epoch FROM policy_epoch")
            .fetch_one(&self.readers)
            .await
            .map_err(unavailable)?;
        u64::try_from(epoch).map_err(|_| store(RegistryError::Damaged("the policy epoch is negative")))
    }

    async fn charge_keys(&self, charges: &[KeyCharge]) -> Result<Vec<KeyBalance>, StoreError> {
        self.charge(charges).await
    }
}

pub(crate) fn store(error: RegistryError) -> StoreError {
    match error {
        RegistryError::Taken => StoreError::Conflict("already taken"),
        error => StoreError::Unavailable(error.to_string()),
    }
}

pub(crate) fn unavailable(error: sqlx::Error) -> StoreError {
    store(error.into())
}
