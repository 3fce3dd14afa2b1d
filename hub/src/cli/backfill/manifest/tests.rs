//! Manifests that are right and wrong.

use super::*;
use crate::contracts;

fn read(folder: &Path, blocks: &str) -> Result<Manifest, Fault> {
    let text = format!("name = \"past-years\"\n{blocks}");
    Manifest::read(&text, folder, &contracts::load(None).unwrap())
}

fn code(folder: &Path, blocks: &str) -> &'static str {
    read(folder, blocks).err().map_or("none", |fault| fault.code)
}

const BLOCK: &str = "[[files]]\nfeed = \"pow_usage\"\nunits = \"433100\"\n";

#[test]
fn a_range_of_months_names_a_file_for_each() {
    let folder = tempfile::tempdir().unwrap();
    for month in ["202411", "202412", "202501"] {
        std::fs::write(folder.path().join(format!("用电{month}.csv")), "x").unwrap();
    }
    let blocks = format!("{BLOCK}periods = \"202411..2025-01\"\npath = \"用电{{period}}.csv\"\n");
    let manifest = read(folder.path(), &blocks).unwrap();
    let slots: Vec<String> = manifest.entries.iter().map(Entry::slot).collect();
    assert_eq!(
        slots,
        [
            "pow_usage 202411 433100",
            "pow_usage 202412 433100",
            "pow_usage 202501 433100"
        ]
    );
    assert!(
        manifest.entries[2]
            .file
            .as_ref()
            .unwrap()
            .ends_with("用电202501.csv")
    );
    std::fs::remove_file(folder.path().join("用电202412.csv")).unwrap();
    assert_eq!(code(folder.path(), &blocks), "cli.manifest_file_absent");
}

#[test]
fn ranges_follow_the_kind_of_period() {
    let labels = |kind, first, last| {
        range(kind, first, last).map(|periods| {
            let labels: Vec<String> = periods.iter().map(|one| one.label().to_owned()).collect();
            labels.join(" ")
        })
    };
    assert_eq!(
        labels(PeriodKind::Quarter, "2024Q3", "2025Q1").unwrap(),
        "2024Q3 2024Q4 2025Q1"
    );
    assert_eq!(labels(PeriodKind::Year, "2023", "2024").unwrap(), "2023 2024");
    assert_eq!(
        labels(PeriodKind::Day, "20240228", "20240301").unwrap(),
        "20240228 20240229 20240301"
    );
    assert_eq!(labels(PeriodKind::Month, "202503", "202501"), None);
    assert_eq!(labels(PeriodKind::Month, "202503", "2025"), None);
}

#[test]
fn a_digest_that_does_not_fit_stops_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "abc").unwrap();
    let block =
        |digest: &str| format!("{BLOCK}periods = \"202501\"\npath = \"a.csv\"\nsha256 = \"{digest}\"\n");
    let right = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    assert_eq!(code(folder.path(), &block(right)), "none");
    assert_eq!(code(folder.path(), &block(&format!("sha256:{right}"))), "none");
    assert_eq!(code(folder.path(), &block("00")), "cli.manifest_digest");
}

#[test]
fn what_is_wrong_with_a_manifest_has_a_name() {
    let folder = tempfile::tempdir().unwrap();
    for (blocks, expected) in [
        (String::new(), "cli.manifest_empty"),
        ("[[file]]\n".to_owned(), "cli.manifest_unreadable"),
        (
            "[[files]]\nfeed = \"no_such\"\nunits = \"433100\"\nperiods = \"202501\"\nzero = true\n"
                .to_owned(),
            "cli.manifest_feed",
        ),
        (
            format!("{BLOCK}periods = \"2025\"\nzero = true\n"),
            "cli.manifest_period",
        ),
        (
            format!("{BLOCK}periods = \"202501\"\n"),
            "cli.manifest_path_or_zero",
        ),
        (
            format!(
                "{}periods = \"202501\"\nzero = true\n",
                BLOCK.replace("433100", "110000")
            ),
            "cli.manifest_unit",
        ),
        (
            format!("{BLOCK}periods = [\"202501\", \"202502\"]\npath = \"a\"\nsha256 = \"00\"\n"),
            "cli.manifest_digest_of_one",
        ),
    ] {
        assert_eq!(code(folder.path(), &blocks), expected, "{blocks}");
    }
    let bad_name = Manifest::read("name = \"a b\"\n", folder.path(), &contracts::load(None).unwrap());
    assert_eq!(bad_name.err().unwrap().code, "cli.manifest_name");
}
