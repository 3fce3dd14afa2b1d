//! Governed SQL over feed tables: views, the barrier around them, limits, and answers. The only crate that knows the
//! query engine. Not here: who may read what (`policy` grants), files and versions (`lake` snapshots), processes and
//! protocols (`hub`).
//!
//! Two halves. In a worker process: [`classify`] and [`Engine`], which take plain data and give plain data. In the hub:
//! [`View`] with [`embedded_views`], [`normalised`], and [`Answer`], which no gateway can make without an audit entry.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod answer;
mod catalog;
mod condition;
mod definer;
mod duties;
mod feed_table;
mod functions;
mod leakproof;
mod masks;
mod pins;
mod refusal;
mod run;
mod scan;
mod statements;
mod task;
mod views;

pub use answer::{Answer, AnswerMeta, Covering, KeysNamed, OpenedView};
pub use catalog::{Shown, ShownColumn, ShownView, describes, view_types};
pub use duties::{DutyRow, DutyRows};
pub use pins::Spill;
pub use refusal::{Reason, Refusal};
pub use run::{Engine, EngineSettings, Rows, runtime};
pub use statements::{Kind, Statement, StatementLimits, classify, normalised};
pub use task::{Described, Parameter, ParameterType, QueryLimits, Task};
pub use views::{Lowered, Model, UnfitView, View, ViewColumn, ViewError, embedded as embedded_views};

#[cfg(test)]
#[path = "../tests/engine/main.rs"]
mod suite;
