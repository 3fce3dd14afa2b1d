//! Remembers the answer for a text, because columns of codes, dates and counties repeat themselves. In columns that do
//! not, it stops remembering. Bounded.

use std::collections::HashMap;

const ENTRIES_MAX: usize = 1 << 15;

pub(crate) struct Memo<T> {
    answers: HashMap<Box<str>, T, ahash::RandomState>,
    asked: usize,
    /// The latest answer that is not remembered.
    passing: Option<T>,
    useless: bool,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self {
            answers: HashMap::default(),
            asked: 0,
            passing: None,
            useless: false,
        }
    }
}

impl<T> Memo<T> {
    /// `answer(text)`, computed or remembered.
    pub fn get(&mut self, text: &str, answer: impl Fn(&str) -> T) -> &T {
        if self.answers.len() >= ENTRIES_MAX {
            // Fewer than two questions per answer: remembering costs more than it saves.
            self.useless = self.asked < 2 * ENTRIES_MAX;
            self.answers.clear();
            self.asked = 0;
        }
        if self.useless {
            return self.passing.insert(answer(text));
        }
        self.asked += 1;
        if !self.answers.contains_key(text) {
            self.answers.insert(text.into(), answer(text));
        }
        match self.answers.get(text) {
            Some(known) => known,
            None => self.passing.insert(answer(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_questions_are_answered_once() {
        let (mut memo, computed) = (Memo::default(), std::cell::Cell::new(0));
        for index in 0..10_000 {
            let text = (index % 7).to_string();
            let answer = memo.get(&text, |text| {
                computed.set(computed.get() + 1);
                text.len()
            });
            assert_eq!(*answer, 1);
        }
        assert_eq!(computed.get(), 7);
    }

    #[test]
    fn memory_stays_bounded_when_nothing_repeats() {
        let mut memo = Memo::default();
        for index in 0..200_000 {
            assert_eq!(*memo.get(&index.to_string(), str::len), index.to_string().len());
            assert!(memo.answers.len() <= ENTRIES_MAX);
        }
        assert!(memo.useless);
    }
}
