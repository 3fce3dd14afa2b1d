//! Shared views: SQL files with a header that says what they are, read and checked before anything can use them.
//! Not here: whether somebody may read a view (`policy`), and planning it (`definer`).

mod error;
mod header;
#[cfg(test)]
mod tests;
mod total;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use include_dir::{Dir, include_dir};
use policy::{ColumnFacts, ScopeKind, ViewFacts};
use schemas::{Bilingual, DataClass, DepartmentCode, FeedId, Level, ViewName};
use serde::{Deserialize, Serialize};

use crate::definer;

pub use error::{UnfitView, ViewError};
pub(crate) use total::limits;

/// The schema in which a view's SQL finds its inputs, e.g. `feeds.pow_usage`. Callers have no such schema.
pub(crate) const FEEDS_SCHEMA: &str = "feeds";

/// One column of a view, as its header describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    pub name: String,
    pub comment: Bilingual,
    pub class: DataClass,
    pub level: Level,
}

/// Columns whose class or level is below that of what they are made from, and why that is right. A recorded act of the
/// provider: the loader's tests compare every other column with its lineage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lowered {
    pub columns: Vec<String>,
    pub reason: Bilingual,
}

/// What makes a view a comparison model: its rows are leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// `M05`.
    pub id: String,
    /// How it notices: `cross`, `logic`, …
    pub paradigm: String,
    /// Codes of the taxes it looks at.
    pub taxes: Vec<String>,
}

/// A shared view whose text passed every check. It crosses to a worker as its text and is checked again there.
///
/// INVARIANT (total-views): no expression of a view can fail on any row, so a hidden row cannot fail a query. Checked
/// here on the syntax, and again on the typed plan in `definer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct View {
    name: ViewName,
    title: Bilingual,
    owner: DepartmentCode,
    grain: Bilingual,
    basis: Vec<String>,
    inputs: Vec<FeedId>,
    columns: Vec<ViewColumn>,
    lowered: Vec<Lowered>,
    unlisted: bool,
    model: Option<Model>,
    reads_params: bool,
    reads_duties: bool,
    scopes: BTreeSet<ScopeKind>,
    sql: String,
    text: String,
}

impl View {
    /// The one constructor: header, SQL, and that they say the same.
    pub fn parse(text: &str) -> Result<View, ViewError> {
        let header = header::read(text)?;
        let found = total::check(&header.sql)?;
        let declared: Vec<&str> = header.columns.iter().map(|column| column.name.as_str()).collect();
        if found.columns != declared {
            return Err(ViewError::ColumnsDiffer);
        }
        let inputs: Vec<String> = header
            .inputs
            .iter()
            .map(|feed| format!("{FEEDS_SCHEMA}.{feed}"))
            .collect();
        let (params, feeds): (Vec<String>, Vec<String>) = found
            .relations
            .into_iter()
            .partition(|relation| definer::PARAMS.contains(&relation.as_str()));
        // A view over nothing but figures would tell nobody anything.
        if inputs.is_empty() && !params.iter().any(|relation| relation == definer::DUTIES) {
            return Err(ViewError::InputUnused);
        }
        if let Some(relation) = feeds.iter().find(|relation| !inputs.contains(relation)) {
            return Err(ViewError::NotAnInput(relation.clone()));
        }
        if feeds.len() != inputs.len() {
            return Err(ViewError::InputUnused);
        }
        Ok(View {
            name: header.name,
            title: header.title,
            owner: header.owner,
            grain: header.grain,
            basis: header.basis,
            inputs: header.inputs,
            columns: header.columns,
            lowered: header.lowered,
            unlisted: header.unlisted,
            model: header.model,
            reads_params: params.iter().any(|relation| relation != definer::DUTIES),
            reads_duties: params.iter().any(|relation| relation == definer::DUTIES),
            scopes: header.scopes,
            sql: header.sql,
            text: text.to_owned(),
        })
    }

    pub fn name(&self) -> &ViewName {
        &self.name
    }

    pub fn title(&self) -> &Bilingual {
        &self.title
    }

    /// The department that answers for the view.
    pub fn owner(&self) -> &DepartmentCode {
        &self.owner
    }

    /// One row per what.
    pub fn grain(&self) -> &Bilingual {
        &self.grain
    }

    /// Legal basis, one per line of the header.
    pub fn basis(&self) -> &[String] {
        &self.basis
    }

    /// Every feed the view reads; the provider of each must consent. A view over duties alone reads none, and its owner
    /// must.
    pub fn inputs(&self) -> &[FeedId] {
        &self.inputs
    }

    pub fn columns(&self) -> &[ViewColumn] {
        &self.columns
    }

    pub fn lowered(&self) -> &[Lowered] {
        &self.lowered
    }

    /// Did the provider lower this column below what it is made from?
    pub fn lowers(&self, column: &str) -> bool {
        let mut lowered = self.lowered.iter().flat_map(|lowered| &lowered.columns);
        lowered.any(|lowered| lowered == column)
    }

    /// The inputs that are not among these feeds. A view that misses one is absent from the hub.
    pub fn missing<T>(&self, feeds: &BTreeMap<FeedId, T>) -> Vec<FeedId> {
        let missing = self.inputs.iter().filter(|feed| !feeds.contains_key(*feed));
        missing.cloned().collect()
    }

    /// Not in the catalogue of those without an agreement.
    pub fn unlisted(&self) -> bool {
        self.unlisted
    }

    /// What the view compares, if it is a comparison model.
    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    /// Does it read figures or the calendar? Then a task must carry the rates.
    pub fn reads_params(&self) -> bool {
        self.reads_params
    }

    /// Does it tell how duties stand? Then a task must carry them.
    pub fn reads_duties(&self) -> bool {
        self.reads_duties
    }

    /// The kinds of scope by which the view may be shared; `-- scopes: keyed` in the header leaves one.
    pub fn scopes(&self) -> &BTreeSet<ScopeKind> {
        &self.scopes
    }

    /// The query alone.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The file as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a decision needs to know. `providers` are the departments of the input feeds, which contracts know.
    pub fn facts(&self, providers: Vec<DepartmentCode>) -> ViewFacts {
        let column = |column: &ViewColumn| ColumnFacts {
            name: column.name.clone(),
            class: column.class,
            level: column.level,
        };
        ViewFacts {
            name: self.name.clone(),
            owner: self.owner.clone(),
            columns: self.columns.iter().map(column).collect(),
            unlisted: self.unlisted,
            scopes: self.scopes.clone(),
            providers,
        }
    }
}

impl TryFrom<String> for View {
    type Error = ViewError;
    fn try_from(text: String) -> Result<View, ViewError> {
        // A worker is handed the same few views with every task.
        let known = READ
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&text)
            .cloned();
        if let Some(view) = known {
            return Ok(view);
        }
        let view = View::parse(&text)?;
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= READ_MAX {
            read.clear();
        }
        read.insert(text, view.clone());
        Ok(view)
    }
}

/// Views by their text, as this process has read them. What a text says never changes.
static READ: Mutex<BTreeMap<String, View>> = Mutex::new(BTreeMap::new());
const READ_MAX: usize = 512;

impl From<View> for String {
    fn from(view: View) -> String {
        view.text
    }
}

static VIEWS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../queries/views");
static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../queries/models");

/// The views the binary carries, models among them, by name.
pub fn embedded() -> Result<Vec<View>, ViewError> {
    let mut views = Vec::new();
    for file in VIEWS
        .files()
        .chain(MODELS.files())
        .filter(|file| file.path().extension().is_some_and(|kind| kind == "sql"))
    {
        let view = View::parse(file.contents_utf8().ok_or(ViewError::NotText)?)?;
        if file
            .path()
            .file_stem()
            .is_none_or(|stem| stem != view.name.as_str())
        {
            return Err(ViewError::FileName(view.name.to_string()));
        }
        views.push(view);
    }
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(views)
}
