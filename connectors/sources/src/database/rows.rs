//! Where the rows of a read go: into a file, or, for a mark, into a few texts.

use crate::body::Pen;
use crate::csv;
use crate::trouble::Trouble;

/// Takes one record after the other.
pub(crate) enum Rows<'a> {
    /// The first record, and nothing may follow.
    One(Vec<Option<String>>),
    File(&'a mut Writing),
}

/// Rows on their way into a body.
pub(crate) struct Writing {
    pub(crate) pen: Pen,
    /// Which column is the key.
    pub(crate) key: Option<usize>,
    pub(crate) rows: u64,
    pub(crate) last_key: Option<String>,
    line: Vec<u8>,
}

impl Rows<'_> {
    pub(crate) async fn record(&mut self, fields: &[Option<&str>]) -> Result<(), Trouble> {
        match self {
            Rows::One(texts) if texts.is_empty() => {
                texts.extend(fields.iter().map(|field| field.map(str::to_owned)));
                Ok(())
            }
            Rows::One(_) => Err(Trouble::Unreadable),
            Rows::File(writing) => writing.record(fields).await,
        }
    }
}

impl Writing {
    pub(crate) fn new(pen: Pen, key: Option<usize>) -> Writing {
        Writing {
            pen,
            key,
            rows: 0,
            last_key: None,
            line: Vec::new(),
        }
    }

    pub(crate) async fn header(&mut self, names: impl Iterator<Item = &str>) -> Result<(), Trouble> {
        self.line.clear();
        csv::record(&mut self.line, names.map(Some));
        self.pen.write(&self.line).await
    }

    async fn record(&mut self, fields: &[Option<&str>]) -> Result<(), Trouble> {
        if let Some(key) = self.key {
            let value = fields.get(key).copied().flatten().ok_or(Trouble::KeyUnusable)?;
            match &mut self.last_key {
                Some(last) => value.clone_into(last),
                None => self.last_key = Some(value.to_owned()),
            }
        }
        self.line.clear();
        csv::record(&mut self.line, fields.iter().copied());
        self.rows = self.rows.saturating_add(1);
        self.pen.write(&self.line).await
    }
}
