//! A DBF table and the file of its long texts, which have the same name but for their ends.

use super::listing::{Entry, Listing};

/// Sets the files of long texts apart, if their table is there too.
pub(super) fn part(mut listing: Listing) -> (Listing, Vec<Entry>) {
    let entries = std::mem::take(&mut listing.entries);
    let has_table = |stem: &str| {
        let mut others = entries.iter().filter_map(|entry| split(&entry.name));
        others.any(|(other, end)| end == "dbf" && other == stem)
    };
    let is_memo = |entry: &Entry| {
        split(&entry.name).is_some_and(|(stem, end)| matches!(&*end, "dbt" | "fpt") && has_table(&stem))
    };
    let flags: Vec<bool> = entries.iter().map(is_memo).collect();
    let (memos, others): (Vec<_>, Vec<_>) = entries.into_iter().zip(flags).partition(|(_, is_memo)| *is_memo);
    listing.entries = others.into_iter().map(|(entry, _)| entry).collect();
    (listing, memos.into_iter().map(|(entry, _)| entry).collect())
}

/// The long texts of a table.
pub(super) fn of<'a>(table: &Entry, memos: &'a [Entry]) -> Option<&'a Entry> {
    let (stem, _) = split(&table.name).filter(|(_, end)| end == "dbf")?;
    let mut memos = memos.iter();
    memos.find(|memo| split(&memo.name).is_some_and(|(other, _)| other == stem))
}

pub(super) fn is_fpt(memo: &Entry) -> bool {
    split(&memo.name).is_some_and(|(_, end)| end == "fpt")
}

/// A name with its folders and its end, in small letters: the programs that write them do not tell them apart.
fn split(name: &str) -> Option<(String, String)> {
    let (stem, end) = name.rsplit_once('.')?;
    Some((stem.to_lowercase(), end.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            index: 0,
            bytes: 1,
            crc: 0,
            is_encrypted: false,
        }
    }

    #[test]
    fn long_texts_belong_to_the_table_of_their_name() {
        let names = ["a/YD.DBF", "a/yd.fpt", "b/yd.fpt", "x.dbt", "x.csv", "dbf"];
        let (listing, memos) = part(Listing {
            entries: names.map(entry).to_vec(),
            is_document: false,
        });
        let left: Vec<&str> = listing.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(left, ["a/YD.DBF", "b/yd.fpt", "x.dbt", "x.csv", "dbf"]);
        let found = of(&entry("a/YD.DBF"), &memos).unwrap();
        assert_eq!((found.name.as_str(), is_fpt(found)), ("a/yd.fpt", true));
        assert_eq!(of(&entry("x.csv"), &memos), None);
    }
}
