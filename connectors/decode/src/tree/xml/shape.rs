//! The shape of a document: which elements stand inside which, how often, and which of them hold values.

use std::collections::HashMap;

use crate::error::DecodeError;
use crate::open::Wanted;

/// Elements and attributes told apart by where they stand.
const NODES_MAX: usize = 8192;

/// The place above the outermost element.
pub(super) const TOP: usize = 0;

/// All elements and attributes that are called alike and stand in the same place.
#[derive(Debug, Default)]
struct Node {
    name: String,
    raw: Vec<u8>,
    parent: usize,
    depth: usize,
    /// In the order in which they are first met.
    children: Vec<usize>,
    /// Which of its parent's children it is.
    nth: usize,
    /// The child that is likely to come next.
    next: usize,
    met: u64,
    has_text: bool,
}

/// A document's elements and attributes by place.
#[derive(Debug)]
pub(super) struct Shape {
    nodes: Vec<Node>,
    index: HashMap<(usize, Vec<u8>), usize>,
}

/// The element that is a record, and the columns of what is in it.
#[derive(Debug)]
pub(super) struct Chosen {
    pub element: usize,
    pub records: u64,
    pub titles: Vec<String>,
    /// By place.
    pub columns: HashMap<usize, usize>,
    pub matched: bool,
}

impl Shape {
    pub fn new() -> Self {
        Self {
            nodes: vec![Node::default()],
            index: HashMap::new(),
        }
    }

    /// The place of a name inside another place, if it was met. Records name their values in the same order, as a rule,
    /// so the next one is tried first.
    pub fn find(&mut self, parent: usize, name: &[u8]) -> Option<usize> {
        let around = self.nodes.get(parent)?;
        let next = around.children.get(around.next).copied();
        let is_next = |at: &usize| self.nodes.get(*at).is_some_and(|node| node.raw == name);
        let found = match next.filter(is_next) {
            Some(next) => next,
            None => *self.index.get(&(parent, name.to_vec()))?,
        };
        let nth = self.nodes.get(found)?.nth;
        self.nodes.get_mut(parent)?.next = nth + 1;
        Some(found)
    }

    /// Notes that a name was met inside a place.
    pub fn meet(&mut self, parent: usize, name: &[u8], columns_max: usize) -> Result<usize, DecodeError> {
        let at = match self.find(parent, name) {
            Some(at) => at,
            None if self.nodes.len() >= NODES_MAX => return Err(DecodeError::TooManyColumns(columns_max)),
            None => {
                let at = self.nodes.len();
                let around = self.nodes.get(parent);
                let (depth, nth) = around.map_or((1, 0), |node| (node.depth + 1, node.children.len()));
                self.nodes.push(Node {
                    name: String::from_utf8_lossy(name).trim().to_owned(),
                    raw: name.to_vec(),
                    nth,
                    parent,
                    depth,
                    ..Node::default()
                });
                self.index.insert((parent, name.to_vec()), at);
                if let Some(parent) = self.nodes.get_mut(parent) {
                    parent.children.push(at);
                }
                at
            }
        };
        if let Some(node) = self.nodes.get_mut(at) {
            node.met += 1;
        }
        Ok(at)
    }

    /// Notes that a place holds text.
    pub fn has_text(&mut self, at: usize) {
        self.nodes
            .get_mut(at)
            .into_iter()
            .for_each(|node| node.has_text = true);
    }

    /// Finds the element that is a record: the declared one, or the innermost one that has the header.
    ///
    /// # Errors
    /// No element holds values, or the one that is meant holds too many.
    pub fn choose(&self, wanted: &Wanted<'_>) -> Result<Chosen, DecodeError> {
        let elements = (TOP + 1..self.nodes.len()).filter(|at| self.holds_values(*at));
        let mut best: Option<(bool, usize, u64, usize)> = None;
        for at in elements {
            let Some(node) = self.nodes.get(at) else { continue };
            if wanted
                .dialect
                .records
                .as_deref()
                .is_some_and(|path| self.is_path(at, path))
            {
                return self.chosen(at, None, wanted);
            }
            let titles = self.columns(at).into_iter().map(|(_, title)| title);
            let matched = (wanted.is_header)(&titles.collect::<Vec<_>>());
            // Of elements with the header the innermost, of others the most frequent.
            let rank = (
                matched,
                if matched { node.depth } else { 0 },
                node.met,
                usize::MAX - at,
            );
            best = best.max(Some(rank));
        }
        let (matched, _, _, reversed) = best.ok_or(DecodeError::NoRecords)?;
        self.chosen(usize::MAX - reversed, Some(matched), wanted)
    }

    fn chosen(
        &self,
        element: usize,
        matched: Option<bool>,
        wanted: &Wanted<'_>,
    ) -> Result<Chosen, DecodeError> {
        let columns = self.columns(element);
        if columns.len() > wanted.limits.columns_max {
            return Err(DecodeError::TooManyColumns(wanted.limits.columns_max));
        }
        let titles: Vec<String> = columns.iter().map(|(_, title)| title.clone()).collect();
        let places = columns
            .iter()
            .enumerate()
            .map(|(column, (place, _))| (*place, column));
        Ok(Chosen {
            element,
            records: self.nodes.get(element).map_or(0, |node| node.met),
            matched: matched.unwrap_or_else(|| (wanted.is_header)(&titles)),
            columns: places.collect(),
            titles,
        })
    }

    /// Something stands in it that may be a value.
    fn holds_values(&self, at: usize) -> bool {
        self.nodes.get(at).is_some_and(|node| {
            node.children.iter().any(|child| {
                self.nodes
                    .get(*child)
                    .is_some_and(|child| child.children.is_empty())
            })
        })
    }

    /// The values inside an element with their places, in the order in which they are first met.
    fn columns(&self, element: usize) -> Vec<(usize, String)> {
        let mut columns = Vec::new();
        let Some(node) = self.nodes.get(element) else {
            return columns;
        };
        if node.has_text {
            columns.push((element, node.name.clone()));
        }
        // Depth is bounded where elements are met.
        let mut open: Vec<(usize, String)> = node
            .children
            .iter()
            .rev()
            .map(|child| (*child, String::new()))
            .collect();
        while let Some((at, prefix)) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            let title = match prefix.as_str() {
                "" => node.name.clone(),
                prefix => format!("{prefix}/{}", node.name),
            };
            open.extend(node.children.iter().rev().map(|child| (*child, title.clone())));
            if node.children.is_empty() || node.has_text {
                columns.push((at, title));
            }
        }
        columns
    }

    /// Is this the path of an element, with or without the outermost one?
    fn is_path(&self, element: usize, path: &str) -> bool {
        let mut names = Vec::new();
        let mut at = element;
        while at != TOP {
            let Some(node) = self.nodes.get(at) else { break };
            names.push(node.name.as_str());
            at = node.parent;
        }
        names.reverse();
        let wanted: Vec<&str> = path.split('/').collect();
        names == wanted || names.get(1..).is_some_and(|names| names == wanted)
    }
}
