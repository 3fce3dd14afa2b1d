//! A database as a source: each wanted slot is asked for its mark; a new mark is a parcel; a parcel's rows are counted by
//! the server and by us, and the two must agree.

use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::question::Question;
use super::rows::Writing;
use super::{Column, Database, KeyKind, PullSettings, Reading, Rows, Session, within};
use crate::body::{Body, Pen};
use crate::parcel::{Answer, Parcel, Wanted};
use crate::source::{Seen, Source};
use crate::trouble::Trouble;

const CONNECT_MAX: Duration = Duration::from_secs(15);
/// A line that breaks so often in a row, with no page in between, is given up for this time.
const BREAKS_MAX: u32 = 3;
const BREAK_PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(super) struct Pulled<D> {
    pub(super) database: D,
    pub(super) question: Question,
    pub(super) pull: PullSettings,
    pub(super) bytes_max: u64,
}

/// What the server says about the rows of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    count: u64,
    highest: Option<String>,
    changed: Option<String>,
}

impl Mark {
    /// Keys may be identifiers, and a version is written down and shown; so it holds their hash.
    fn version(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.highest, &self.changed] {
            hash.update(part.as_deref().unwrap_or_default().as_bytes());
            hash.update([0]);
        }
        let hash = hex::encode(hash.finalize());
        format!("{}-{}", self.count, hash.get(..16).unwrap_or_default())
    }
}

impl<D: Database> Pulled<D> {
    fn patience(&self) -> Duration {
        Duration::from_secs(self.pull.answer_seconds)
    }

    async fn session(&self) -> Result<D::Session, Trouble> {
        let most = CONNECT_MAX.min(self.patience());
        within(most, self.database.connect(self.patience())).await
    }

    async fn one(
        &self,
        session: &mut D::Session,
        sql: &str,
        parameters: &[&str],
    ) -> Result<Vec<Option<String>>, Trouble> {
        let mut rows = Rows::One(Vec::new());
        within(self.patience(), session.read(sql, parameters, &mut rows)).await?;
        match rows {
            Rows::One(texts) => Ok(texts),
            Rows::File(_) => Err(Trouble::Unreadable),
        }
    }

    async fn mark(&self, session: &mut D::Session, asked: &str) -> Result<Mark, Trouble> {
        let sql = self
            .question
            .mark(asked, self.pull.key.as_deref(), self.pull.changed.as_deref());
        let mut texts = self.one(session, &sql, &[]).await?.into_iter();
        let mut next = || texts.next().flatten();
        Ok(Mark {
            count: count(next())?,
            highest: next(),
            changed: next(),
        })
    }

    async fn offered(&self, session: &mut D::Session, wanted: &Wanted) -> Result<Parcel, Trouble> {
        let asked = self.question.asked(wanted).ok_or(Trouble::QueryRefused)?;
        let mark = self.mark(session, &asked).await?;
        let zero = mark.count == 0;
        if zero && !self.pull.zero_when_empty {
            return Err(Trouble::NothingThere);
        }
        Ok(Parcel {
            name: name(wanted),
            version: mark.version(),
            slot: wanted.slot.clone(),
            zero,
            days: Some((wanted.first_day, wanted.last_day)),
        })
    }

    async fn write(self, wanted: Wanted, pen: Pen) -> Result<Pen, Trouble> {
        let asked = self.question.asked(&wanted).ok_or(Trouble::QueryRefused)?;
        let mut session = self.session().await?;
        let columns = within(self.patience(), session.columns(&asked)).await?;
        if columns.is_empty() {
            return Err(Trouble::QueryRefused);
        }
        let at = match &self.pull.key {
            Some(key) => {
                let at = columns.iter().position(|column| column.name == *key);
                Some(at.ok_or(Trouble::KeyUnusable)?)
            }
            None => None,
        };
        let mut writing = Writing::new(pen, at);
        writing
            .header(columns.iter().map(|column| column.name.as_str()))
            .await?;
        match self.pull.reading {
            Reading::Snapshot => self.snapshot(session, &asked, &columns, &mut writing).await?,
            Reading::Key => {
                let key = at.and_then(|at| columns.get(at)).ok_or(Trouble::KeyUnusable)?;
                let kind = key.key.clone().ok_or(Trouble::KeyUnusable)?;
                self.pages(session, &asked, &columns, (&key.name, &kind), &mut writing)
                    .await?;
            }
        }
        Ok(writing.pen)
    }

    async fn snapshot(
        &self,
        mut session: D::Session,
        asked: &str,
        columns: &[Column],
        writing: &mut Writing,
    ) -> Result<(), Trouble> {
        within(self.patience(), session.freeze()).await?;
        let mark = self.mark(&mut session, asked).await?;
        let sql = self.question.all(asked, columns);
        // Not one wait for everything: the session itself waits for each row.
        session.read(&sql, &[], &mut Rows::File(writing)).await?;
        agree(mark.count, writing.rows)
    }

    async fn pages(
        &self,
        session: D::Session,
        asked: &str,
        columns: &[Column],
        key: (&str, &KeyKind),
        writing: &mut Writing,
    ) -> Result<(), Trouble> {
        let mut session = Some(session);
        let mut breaks = 0;
        let mut highest: Option<String> = None;
        loop {
            let before = writing.rows;
            let read = self
                .page(&mut session, asked, columns, key, &mut highest, writing)
                .await;
            if writing.rows > before {
                breaks = 0;
            }
            match read {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(trouble @ (Trouble::Unreachable | Trouble::Slow)) if breaks < BREAKS_MAX => {
                    tracing::info!(
                        code = trouble.code(),
                        rows = writing.rows,
                        "a pull goes on after a break"
                    );
                    (session, breaks) = (None, breaks + 1);
                    sleep(BREAK_PAUSE).await;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// Reads one page; true if it was the last and the counts agree.
    async fn page(
        &self,
        kept: &mut Option<D::Session>,
        asked: &str,
        columns: &[Column],
        key: (&str, &KeyKind),
        highest: &mut Option<String>,
        writing: &mut Writing,
    ) -> Result<bool, Trouble> {
        let session = match kept {
            Some(session) => session,
            None => kept.insert(self.session().await?),
        };
        let bound = match highest {
            Some(bound) => bound.clone(),
            None => {
                let mark = self.mark(session, asked).await?;
                // Emptied since the look: not a file of no rows.
                highest.insert(mark.highest.ok_or(Trouble::NothingThere)?).clone()
            }
        };
        let last = writing.last_key.clone();
        let sql = self
            .question
            .page(asked, columns, key, last.is_none(), self.pull.page_rows);
        let parameters: Vec<&str> = [Some(bound.as_str()), last.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        let before = writing.rows;
        session.read(&sql, &parameters, &mut Rows::File(writing)).await?;
        if writing.rows - before >= u64::from(self.pull.page_rows) {
            return Ok(false);
        }
        let sql = self.question.count_up_to(asked, key);
        let counted = self.one(session, &sql, &[&bound]).await?;
        agree(count(counted.into_iter().next().flatten())?, writing.rows).map(|()| true)
    }
}

#[async_trait]
impl<D: Database> Source for Pulled<D> {
    fn pulls(&self) -> bool {
        true
    }

    async fn look(&self, wanted: &[Wanted]) -> Result<Seen, Trouble> {
        let mut session = self.session().await?;
        let mut seen = Seen::default();
        for one in wanted {
            match self.offered(&mut session, one).await {
                Ok(parcel) => seen.parcels.push(parcel),
                Err(trouble) if trouble == Trouble::NothingThere => seen.troubled.push((name(one), trouble)),
                // What is wrong with the question or the line is wrong for every slot.
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(seen)
    }

    async fn open(&self, parcel: &Parcel) -> Result<Body, Trouble> {
        let (first_day, last_day) = parcel.days.ok_or(Trouble::NotWanted)?;
        let wanted = Wanted {
            slot: parcel.slot.clone(),
            first_day,
            last_day,
        };
        let pulled = self.clone();
        Ok(Body::written(self.bytes_max, move |pen| {
            pulled.write(wanted, pen)
        }))
    }

    async fn done(&self, _: &Parcel, _: &Answer) -> Result<(), Trouble> {
        Ok(())
    }
}

fn name(wanted: &Wanted) -> String {
    format!("{}/{}/{}", wanted.slot.feed, wanted.slot.period, wanted.slot.unit)
}

fn count(text: Option<String>) -> Result<u64, Trouble> {
    text.and_then(|text| text.parse().ok()).ok_or(Trouble::Unreadable)
}

fn agree(counted: u64, came: u64) -> Result<(), Trouble> {
    if counted == came {
        return Ok(());
    }
    tracing::warn!(counted, came, "a pull has other rows than the server counted");
    Err(Trouble::CountDiffers)
}

#[cfg(test)]
mod tests;
