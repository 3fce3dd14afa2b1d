//! Templates of every feed: their headers are understood, and a filled one passes without a remark.

use check::Verdict;
use schemas::feeds::{self, Example};
use schemas::{Contract, RegionCode};

use super::sheets::Book;
use super::*;

fn each(test: impl Fn(&Contract)) {
    let contracts = feeds::embedded().unwrap();
    assert!(contracts.len() > 15);
    contracts.iter().for_each(test);
}

/// The rows of the accepted example that pass without a warning, with the unit they are of.
fn good_rows(contract: &Contract) -> (Vec<String>, Vec<Vec<String>>) {
    let text = feeds::example(contract.id(), Example::Accepted).unwrap();
    let mut lines = text.trim_start_matches('\u{FEFF}').lines().map(split);
    let mut titles = lines.next().unwrap();
    assert_eq!(titles.pop().as_deref(), Some("#expect"));
    let good = lines.filter_map(|mut cells| cells.pop().filter(String::is_empty).map(|_| cells));
    // The template says the unit, so a cell that says its own would rightly be remarked upon.
    let says_unit = |title: &String, cell: &String| {
        let field = contract.match_header(title).unwrap().field;
        let own = cell.chars().any(|c| !c.is_ascii_digit() && !"., -".contains(c));
        field.unit.is_some() && field.money.is_none() && own
    };
    let plain = good.filter(|cells| {
        !titles
            .iter()
            .zip(cells)
            .any(|(title, cell)| says_unit(title, cell))
    });
    let rows = plain.collect();
    (titles, rows)
}

fn split(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

#[test]
fn every_template_is_understood_and_lacks_nothing_but_rows() {
    each(|contract| {
        let bytes = crate::template(contract, None).unwrap();
        let checked = checked(contract, &bytes);
        assert_eq!(checked.file_texts(), ["check.no_rows"], "{}", contract.id());
        assert_eq!(checked.report.columns_ignored, [""; 0]);
        let book = Book::open(&bytes);
        let found: Vec<&str> = book
            .titles
            .iter()
            .map(|title| contract.match_header(title).unwrap().field.name.as_str())
            .collect();
        let sent: Vec<&str> = contract.sent_fields().map(|field| field.name.as_str()).collect();
        assert_eq!(found, sent, "{}", contract.id());
    });
}

#[test]
fn a_filled_template_of_every_feed_passes_without_a_remark() {
    each(|contract| {
        let (titles, rows) = good_rows(contract);
        assert!(!rows.is_empty(), "{} has no row without a warning", contract.id());
        let mut book = Book::open(&crate::template(contract, None).unwrap());
        for (number, row) in rows.iter().enumerate() {
            for (title, cell) in titles.iter().zip(row) {
                let field = contract.match_header(title).unwrap().field;
                book.put(&field.title.zh, number + 2, cell);
            }
        }
        // The examples are of the contract's first unit.
        let unit = contract.units()[0].as_str();
        let checked = checked_over(contract, unit, &[], &book.saved());
        let told: Vec<_> = checked
            .kept
            .findings
            .iter()
            .chain(&checked.report.file_findings)
            .collect();
        assert_eq!(
            checked.report.verdict,
            Verdict::Accepted,
            "{} {told:?}",
            contract.id()
        );
        assert_eq!(checked.report.committed, rows.len() as u64, "{}", contract.id());
    });
}

#[test]
fn columns_that_identify_are_text_and_drop_downs_point_at_the_hidden_sheet() {
    let contract = contract("pow_usage");
    let unit = RegionCode::parse("433101").unwrap();
    let book = Book::open(&crate::template(&contract, Some(&unit)).unwrap());
    let sheet = book.part("xl/worksheets/sheet1.xml");
    let styles = book.part("xl/styles.xml");
    // Number format 49 is text; the first column holds account numbers.
    let style = sheet.split_once("<col min=\"1\"").unwrap().1;
    let style = style.split_once("style=\"").unwrap().1.split_once('"').unwrap().0;
    let formats = styles.split_once("<cellXfs").unwrap().1;
    let format = formats
        .split("<xf ")
        .nth(style.parse::<usize>().unwrap() + 1)
        .unwrap();
    assert!(format.contains("numFmtId=\"49\""), "{format}");
    assert!(
        sheet.contains("'_taxhub_codes'!$A$2:$A$2") || sheet.contains("&apos;_taxhub_codes&apos;!$A$2:$A$2")
    );
    let workbook = book.part("xl/workbook.xml");
    for hidden in ["_taxhub", "_taxhub_codes"] {
        let sheet = workbook.split_once(&format!("name=\"{hidden}\"")).unwrap().1;
        assert!(sheet.split_once("/>").unwrap().0.contains("state=\"hidden\""));
    }
    // One county alone can be chosen for a county's own form, and what may not be sent is not offered.
    let strings = book.part("xl/sharedStrings.xml");
    assert!(strings.contains("<t>吉首市</t>") && !strings.contains("<t>泸溪县</t>"));
    assert!(strings.contains("<t>大工业</t>") && !strings.contains("<t>居民</t>"));
}

#[test]
fn the_same_contract_gives_the_same_template() {
    let contract = contract("hud_new_contract");
    let (one, other) = (crate::template(&contract, None), crate::template(&contract, None));
    assert_eq!(one.unwrap(), other.unwrap());
}

#[test]
fn a_template_of_another_version_or_unit_is_told_and_its_rows_are_judged_all_the_same() {
    let contract = contract("pow_usage");
    let (titles, rows) = good_rows(&contract);
    let later = contract.yaml().replace("version: 1.0.0", "version: 1.1.0");
    let later = Contract::from_yaml(&later).unwrap();
    let unit = RegionCode::parse("433122").unwrap();
    let mut book = Book::open(&crate::template(&contract, Some(&unit)).unwrap());
    for (title, cell) in titles.iter().zip(&rows[0]) {
        let field = contract.match_header(title).unwrap().field;
        book.put(&field.title.zh, 2, cell);
    }
    let checked = checked(&later, &book.saved());
    assert_eq!(
        checked.file_texts(),
        ["check.template_version", "check.template_unit"]
    );
    assert_eq!(checked.report.committed, 1);
}
