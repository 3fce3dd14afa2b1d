//! A refusal with its reason, as a value.

/// The outcome of a decision about an act.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Ruling<T> {
    Granted(T),
    Denied(Denial),
}

impl<T> Ruling<T> {
    pub fn is_granted(&self) -> bool {
        matches!(self, Ruling::Granted(_))
    }

    pub fn granted(self) -> Option<T> {
        match self {
            Ruling::Granted(value) => Some(value),
            Ruling::Denied(_) => None,
        }
    }

    pub fn denied(self) -> Option<Denial> {
        match self {
            Ruling::Granted(_) => None,
            Ruling::Denied(denial) => Some(denial),
        }
    }
}

/// Why not. `code` and `args` select and fill the message in the text catalogue; `sqlstate` is what SQL clients get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    pub code: &'static str,
    pub sqlstate: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// The forbidding policies, for the audit entry. Never shown to the person, who could map unlisted names with it.
    pub policies: Vec<String>,
}

impl Denial {
    pub(crate) fn new(code: &'static str) -> Denial {
        Denial {
            code,
            sqlstate: "42501",
            args: Vec::new(),
            policies: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Denial {
        self.args.push((name, value.to_string()));
        self
    }

    /// What everyone hears about a name that does not exist, and about one that exists unlisted.
    ///
    /// INVARIANT (same-silence): the two must be byte-identical, so both are made here and nowhere else.
    pub fn unknown_relation(name: &str) -> Denial {
        Denial {
            sqlstate: "42P01",
            ..Denial::new("unknown_relation")
        }
        .with("name", name)
    }
}
