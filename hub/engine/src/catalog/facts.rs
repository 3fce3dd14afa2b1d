//! The catalogue of one session with the numbers PostgreSQL's clients join on.

use datafusion::arrow::datatypes::DataType;

use super::relations;
use super::shown::{Shown, ShownView};
use super::types::{self, Known};
use super::words::names::folded as folded_name;

/// Object ids of the schemas, fixed as PostgreSQL has them where it fixes them.
pub(super) const NAMESPACES: [(i64, &str); 3] = [
    (11, "pg_catalog"),
    (2200, "public"),
    (13_000, "information_schema"),
];
pub(super) const PUBLIC: i64 = 2200;
/// The role that owns what is no department's.
pub(super) const HUB: (i64, &str) = (10, "hub");
pub(super) const DATABASE: i64 = 5;
/// Object ids of PostgreSQL's own relations, which `'pg_class'::regclass` means.
pub(super) const SYSTEM: [(i64, &str); 17] = [
    (1213, "pg_tablespace"),
    (1247, "pg_type"),
    (1249, "pg_attribute"),
    (1255, "pg_proc"),
    (1259, "pg_class"),
    (1260, "pg_authid"),
    (1262, "pg_database"),
    (2604, "pg_attrdef"),
    (2606, "pg_constraint"),
    (2609, "pg_description"),
    (2610, "pg_index"),
    (2611, "pg_inherits"),
    (2615, "pg_namespace"),
    (2618, "pg_rewrite"),
    (2620, "pg_trigger"),
    (3079, "pg_extension"),
    (3456, "pg_collation"),
];
pub(super) const PG_CLASS: i64 = 1259;

/// What the relations and functions of the catalogue are made from.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub(super) person: String,
    pub(super) views: Vec<ViewFact>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ViewFact {
    pub oid: i64,
    pub name: String,
    pub title: String,
    pub owner: String,
    pub granted: bool,
    pub columns: Vec<ColumnFact>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ColumnFact {
    pub name: String,
    pub comment: String,
    pub kind: DataType,
}

impl Facts {
    pub(crate) fn of(shown: &Shown) -> Facts {
        let mut views: Vec<ViewFact> = shown.views.iter().map(view).collect();
        views.sort_by(|a, b| a.name.cmp(&b.name));
        Facts {
            person: shown.person.clone(),
            views,
        }
    }

    /// A shared view by its name, with or without its schema.
    pub(super) fn view_named(&self, name: &str) -> Option<&ViewFact> {
        let bare = name.strip_prefix("public.").unwrap_or(name);
        self.views.iter().find(|view| view.name == bare)
    }

    pub(super) fn view_of(&self, oid: i64) -> Option<&ViewFact> {
        self.views.iter().find(|view| view.oid == oid)
    }

    /// The number of a relation a person may know of.
    pub(super) fn relation_oid(&self, name: &str) -> Option<i64> {
        let system = name.strip_prefix("pg_catalog.").unwrap_or(name);
        let fixed = SYSTEM.iter().find(|(_, known)| *known == system);
        match fixed {
            Some((oid, _)) => Some(*oid),
            None if relations::known(&format!("pg_catalog.{system}")) => Some(oid("system", system)),
            None => self.view_named(name).map(|view| view.oid),
        }
    }

    /// The first of these names, as written, that means nothing to this person.
    pub(crate) fn first_unknown<'a>(&self, names: &'a [String]) -> Option<&'a str> {
        let known = |name: &str| {
            name.trim().parse::<i64>().is_ok() || self.relation_oid(&folded_name(name)).is_some()
        };
        names.iter().map(String::as_str).find(|name| !known(name))
    }

    pub(super) fn relation_name(&self, oid: i64) -> Option<&str> {
        let system = SYSTEM
            .iter()
            .find(|(known, _)| *known == oid)
            .map(|(_, name)| *name);
        system.or_else(|| self.view_of(oid).map(|view| view.name.as_str()))
    }

    /// The department that owns something, or oneself. Others have no name.
    pub(super) fn role_name(&self, oid: i64) -> Option<&str> {
        let owners = self.views.iter().map(|view| view.owner.as_str());
        let mut known = [HUB.1, self.person.as_str()].into_iter().chain(owners);
        known.find(|name| role_oid(name) == oid)
    }

    pub(super) fn namespace_oid(&self, name: &str) -> Option<i64> {
        NAMESPACES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(oid, _)| *oid)
    }
}

pub(super) fn namespace_name(oid: i64) -> Option<&'static str> {
    NAMESPACES
        .iter()
        .find(|(known, _)| *known == oid)
        .map(|(_, name)| *name)
}

pub(super) fn role_oid(name: &str) -> i64 {
    if name == HUB.1 { HUB.0 } else { oid("role", name) }
}

impl ColumnFact {
    /// Its type as clients know it, and the modifier that carries precision and scale.
    pub(super) fn typed(&self) -> (&'static Known, i32) {
        types::of(&self.kind)
    }
}

fn view(shown: &ShownView) -> ViewFact {
    let column = |column: &super::shown::ShownColumn| ColumnFact {
        name: column.name.clone(),
        comment: column.comment.clone(),
        kind: column.kind.to_arrow(),
    };
    ViewFact {
        oid: oid("view", shown.name.as_str()),
        name: shown.name.to_string(),
        title: shown.title.clone(),
        owner: shown.owner.to_string(),
        granted: shown.granted,
        columns: shown.columns.iter().map(column).collect(),
    }
}

/// A number for a name, the same whoever asks and whatever else exists (FNV-1a), above those PostgreSQL keeps for
/// itself and within 31 bits, because some drivers read object ids as signed numbers.
pub(super) fn oid(noun: &str, name: &str) -> i64 {
    let bytes = noun.bytes().chain([b'/']).chain(name.bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    FIRST_FREE + i64::from(hash) % (i64::from(i32::MAX) - FIRST_FREE)
}

const FIRST_FREE: i64 = 16_384;
