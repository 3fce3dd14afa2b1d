//! What can go wrong on a road, as a closed list. A trouble carries no text of the other side: servers put rows, paths
//! and passwords into their messages. The detail is logged where it happened, without the message of the peer.

/// Why a source gave nothing, or why a parcel did not arrive whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum Trouble {
    /// Nobody answers at the address, or the line broke.
    Unreachable,
    /// The other side does not know us, or does not let us in here.
    Credentials,
    /// The other side cannot prove who it is.
    Untrusted,
    /// The other side answers, but not in time.
    Slow,
    /// The bytes ended before the whole was there.
    CutShort,
    /// What was read was changed while we read it.
    Changed,
    /// Fewer or more rows came than the other side counted.
    CountDiffers,
    /// The bytes are not the ones that were announced by their hash.
    HashDiffers,
    /// The other side's answer cannot be understood.
    Unreadable,
    /// A page has a field that neither the settings nor the first page named.
    FieldUnknown,
    /// The database refused the question of the settings.
    QueryRefused,
    /// The column named as key is missing or of a type that cannot be paged by.
    KeyUnusable,
    TooLarge,
    /// Nothing is there for this period yet.
    NothingThere,
    /// A name that does not say which slot the file is for.
    NameUnknown,
    /// A file that others than its owner may read holds the password, or none is there.
    Secret,
    /// The folder or place of the settings does not exist or cannot be used.
    PlaceUnusable,
    /// Whoever wanted the bytes does not want them any more.
    NotWanted,
}

/// When it makes sense to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It may be over in a minute.
    Soon,
    /// Somebody has to do something first. Trying often locks accounts.
    Later,
    /// The same parcel will never be better.
    Never,
}

impl Trouble {
    /// The code of the message in the text catalogue.
    pub fn code(self) -> &'static str {
        match self {
            Trouble::Unreachable => "source.unreachable",
            Trouble::Credentials => "source.credentials",
            Trouble::Untrusted => "source.untrusted",
            Trouble::Slow => "source.slow",
            Trouble::CutShort => "source.cut_short",
            Trouble::Changed => "source.changed",
            Trouble::CountDiffers => "source.count_differs",
            Trouble::HashDiffers => "source.hash_differs",
            Trouble::Unreadable => "source.unreadable",
            Trouble::FieldUnknown => "source.field_unknown",
            Trouble::QueryRefused => "source.query_refused",
            Trouble::KeyUnusable => "source.key_unusable",
            Trouble::TooLarge => "source.too_large",
            Trouble::NothingThere => "source.nothing_there",
            Trouble::NameUnknown => "source.name_unknown",
            Trouble::Secret => "source.secret",
            Trouble::PlaceUnusable => "source.place_unusable",
            Trouble::NotWanted => "source.not_wanted",
        }
    }

    pub fn patience(self) -> Patience {
        match self {
            Trouble::Unreachable
            | Trouble::Slow
            | Trouble::CutShort
            | Trouble::Changed
            | Trouble::CountDiffers
            | Trouble::NothingThere
            | Trouble::NotWanted => Patience::Soon,
            Trouble::Credentials
            | Trouble::Untrusted
            | Trouble::Unreadable
            | Trouble::FieldUnknown
            | Trouble::QueryRefused
            | Trouble::KeyUnusable
            | Trouble::Secret
            | Trouble::PlaceUnusable => Patience::Later,
            Trouble::HashDiffers | Trouble::TooLarge | Trouble::NameUnknown => Patience::Never,
        }
    }
}
