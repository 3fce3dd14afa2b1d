//! Where power is drawn and for what: the counties of the prefecture and the use classes of the feed.

/// A county of the prefecture 433100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct County {
    /// Six digits of GB/T 2260.
    pub code: &'static str,
    pub name: &'static str,
    pub short: &'static str,
    pub(crate) weight: u64,
}

const fn county(code: &'static str, name: &'static str, short: &'static str, weight: u64) -> County {
    County {
        code,
        name,
        short,
        weight,
    }
}

/// The eight counties, from the busiest office to the smallest.
pub const COUNTIES: [County; 8] = [
    county("433101", "吉首市", "吉首", 24),
    county("433122", "泸溪县", "泸溪", 10),
    county("433123", "凤凰县", "凤凰", 13),
    county("433124", "花垣县", "花垣", 12),
    county("433125", "保靖县", "保靖", 9),
    SMALL_COUNTY,
    county("433127", "永顺县", "永顺", 13),
    county("433130", "龙山县", "龙山", 15),
];
pub(crate) const SMALL_COUNTY: County = county("433126", "古丈县", "古丈", 4);

/// The county with this code.
pub(crate) fn county_of(code: &str) -> Option<County> {
    COUNTIES.into_iter().find(|county| county.code == code)
}

/// 用电类别, the code list of the feed, without `3` residential: the provider leaves households out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseClass {
    LargeIndustry,
    Commercial,
    Farming,
    Lighting,
    Other,
}

impl UseClass {
    /// The code in the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::LargeIndustry => "1",
            Self::Commercial => "2",
            Self::Farming => "4",
            Self::Lighting => "5",
            Self::Other => "6",
        }
    }
}
