//! Names of columns in the order in which they are first met.

use std::collections::HashMap;

/// Names, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    list: Vec<String>,
    index: HashMap<Vec<u8>, usize>,
    next: usize,
}

impl Names {
    /// A new record begins.
    pub fn begin(&mut self) {
        self.next = 0;
    }

    /// The column of a name. Records name their values in the same order, as a rule, so the next one is tried first.
    pub fn find(&mut self, name: &[u8]) -> Option<usize> {
        let found = match self.list.get(self.next) {
            Some(next) if next.as_bytes() == name => self.next,
            _ => *self.index.get(name)?,
        };
        self.next = found + 1;
        Some(found)
    }

    /// Adds a name that is not there. Bytes that are no text are replaced.
    pub fn add(&mut self, name: &[u8]) {
        if self.find(name).is_none() {
            self.index.insert(name.to_vec(), self.list.len());
            self.list.push(String::from_utf8_lossy(name).into_owned());
            self.next = self.list.len();
        }
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// As a header.
    pub fn titles(&self) -> Vec<String> {
        self.list.iter().map(|name| name.trim().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_any_order() {
        let mut names = Names::default();
        for record in [["a", "b"], ["b", "c"]] {
            names.begin();
            record.iter().for_each(|name| names.add(name.as_bytes()));
        }
        assert_eq!(names.titles(), ["a", "b", "c"]);
        names.begin();
        assert_eq!(names.find(b"c"), Some(2));
        assert_eq!(names.find(b"a"), Some(0));
        assert_eq!(names.find(b"b"), Some(1));
        assert_eq!(names.find(b"d"), None);
    }
}
