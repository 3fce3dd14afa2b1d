//! What the story must have come to. Expected values come from the generator's truth, never from the hub itself.

/// Facts that held and facts that did not.
#[derive(Debug, Default)]
pub struct Checks {
    pub held: Vec<String>,
    pub broken: Vec<String>,
}

impl Checks {
    pub fn expect(&mut self, what: &str, holds: bool) {
        let list = if holds { &mut self.held } else { &mut self.broken };
        list.push(what.to_owned());
    }

    /// Two values that must be the same; the text of a broken one names both.
    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, got: T, expected: T) {
        if got == expected {
            self.held.push(what.to_owned());
        } else {
            self.broken
                .push(format!("{what}: got {got:?}, expected {expected:?}"));
        }
    }
}
