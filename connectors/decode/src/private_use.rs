//! Characters that GB 18030 once had no place for in Unicode and kept in its private use area. GB 18030-2022 gives 18
//! of them their own code points, and six more have one in the supplementary planes. Files written before and after
//! hold the same text, so both become the same here. What a department drew itself stays as it is.

/// (private, assigned). Source: GB 18030-2022, table of code points changed against GB 18030-2005; for U+E816, E817,
/// E818, E831, E83B and E855 the ideographs of CJK Extension B that the standard names.
const ASSIGNED: [(char, char); 26] = [
    ('\u{E78D}', '\u{FE10}'),
    ('\u{E78E}', '\u{FE12}'),
    ('\u{E78F}', '\u{FE11}'),
    ('\u{E790}', '\u{FE13}'),
    ('\u{E791}', '\u{FE14}'),
    ('\u{E792}', '\u{FE15}'),
    ('\u{E793}', '\u{FE16}'),
    ('\u{E794}', '\u{FE17}'),
    ('\u{E795}', '\u{FE18}'),
    ('\u{E796}', '\u{FE19}'),
    ('\u{E7C7}', '\u{1E3F}'),
    ('\u{E7C8}', '\u{01F9}'),
    ('\u{E816}', '\u{20087}'),
    ('\u{E817}', '\u{20089}'),
    ('\u{E818}', '\u{200CC}'),
    ('\u{E81E}', '\u{9FB4}'),
    ('\u{E826}', '\u{9FB5}'),
    ('\u{E82B}', '\u{9FB6}'),
    ('\u{E82C}', '\u{9FB7}'),
    ('\u{E831}', '\u{215D7}'),
    ('\u{E832}', '\u{9FB8}'),
    ('\u{E83B}', '\u{2298F}'),
    ('\u{E843}', '\u{9FB9}'),
    ('\u{E854}', '\u{9FBA}'),
    ('\u{E855}', '\u{241FE}'),
    ('\u{E864}', '\u{9FBB}'),
];

/// The byte that all characters of the private use area which matter here begin with in UTF-8 (U+E000 to U+EFFF).
const LEAD: u8 = 0xEE;

/// May this UTF-8 text hold characters of the area? U+F000 to U+F8FF begin as full-width forms do, which every file has;
/// nobody draws characters there by hand.
pub(crate) fn may_hold(text: &[u8]) -> bool {
    memchr::memchr(LEAD, text).is_some()
}

/// Is a character of the private use area in the text? Call it after `settle`.
pub(crate) fn is_in(text: &[u8]) -> bool {
    // U+E000 to U+F8FF are EE 80 80 to EF A3 BF.
    let private = |at: usize| match text.get(at..at + 2) {
        Some([LEAD, _]) => true,
        Some([0xEF, second]) => *second <= 0xA3,
        _ => false,
    };
    memchr::memchr2_iter(LEAD, 0xEF, text).any(private)
}

/// Gives the characters behind `from` their assigned code points.
pub(crate) fn settle(text: &mut Vec<u8>, from: usize) {
    let tail = text.get(from..).unwrap_or_default();
    if !may_hold(tail) {
        return;
    }
    let settled: String = String::from_utf8_lossy(tail).chars().map(assigned).collect();
    text.truncate(from);
    text.extend_from_slice(settled.as_bytes());
}

fn assigned(character: char) -> char {
    match ASSIGNED.binary_search_by_key(&character, |(private, _)| *private) {
        Ok(found) => ASSIGNED.get(found).map_or(character, |(_, assigned)| *assigned),
        Err(_) => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_each_character_once() {
        assert!(ASSIGNED.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let mut assigned: Vec<char> = ASSIGNED.map(|(_, assigned)| assigned).to_vec();
        assigned.sort_unstable();
        assigned.dedup();
        assert_eq!(assigned.len(), ASSIGNED.len());
    }

    #[test]
    fn old_code_points_become_new_ones_and_own_drawings_stay() {
        let mut text = "x\u{E81E}湘\u{E000}\u{E816}".as_bytes().to_vec();
        settle(&mut text, 1);
        assert!(is_in(&text));
        assert_eq!(String::from_utf8(text).unwrap(), "x\u{9FB4}湘\u{E000}\u{20087}");
        assert!(!is_in("（湘西）Ａ\u{9FB4}".as_bytes()));
    }

    #[test]
    fn the_decoder_of_gb18030_follows_the_standard_of_2022() {
        let (text, _, broken) = encoding_rs::GB18030.decode(b"\xFE\x59\xA6\xD9\xFE\x51");
        assert_eq!((&*text, broken), ("\u{9FB4}\u{FE10}\u{E816}", false));
    }
}
