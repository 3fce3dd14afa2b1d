//! Bad rows go out in a workbook, come back mended, and the whole is judged as if it had been sent that way.

use check::Verdict;

use super::sheets::Book;
use super::*;

#[test]
fn an_answer_holds_the_bad_rows_alone_with_what_is_wrong_beside_them() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,"), (9, "MA7A00017H", "MA7A00017X")]);
    let first = checked(&contract, base.as_bytes());
    assert_eq!((first.report.committed, first.report.quarantined), (38, 2));
    let book = Book::open(&first.answer(&contract));
    let strings = book.part("xl/sharedStrings.xml");
    for told in [
        "很多",
        "91433199MA7A00017X",
        "列“电量”：",
        "列“统一社会信用代码”：",
    ] {
        assert!(strings.contains(told), "{told}");
    }
    assert!(!strings.contains("0000000000006"));
    // Two rows and the header; the wrong cell has the colour of wrong ones, a handful of formats do for all.
    let sheet = book.part("xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<row ").count(), 3);
    assert!(book.part("xl/styles.xml").contains("FFFFC7CE"));
    assert!(book.part("xl/styles.xml").matches("<xf ").count() < 20);
}

#[test]
fn an_answer_says_what_was_probably_meant_and_why_or_that_it_is_lost() {
    let contract = contract("pow_usage");
    let base = spoilt(&[
        (5, "MA7A00017H", "MA7AO0017H"),
        (9, "91433199MA7A00017H", "9.1433E+17"),
    ]);
    let book = Book::open(&checked(&contract, base.as_bytes()).answer(&contract));
    let strings = book.part("xl/sharedStrings.xml");
    let told = |code| schemas::texts::render(code, &[]);
    assert!(strings.contains("列“统一社会信用代码”：13: O→0"));
    assert!(strings.contains(&told("suggest.look_alike").zh));
    let lost = told("suggest.lost_scientific");
    assert!(strings.contains(&lost.zh) && strings.contains(&lost.hint_zh.unwrap()));
}

#[test]
fn mended_rows_make_the_file_that_should_have_been_sent() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,"), (9, "MA7A00017H", "MA7A00017X")]);
    let first = checked(&contract, base.as_bytes());
    let mut book = Book::open(&first.answer(&contract));
    book.put("电量（kWh）", 2, "12000.00");
    book.put("统一社会信用代码", 3, "91433199MA7A00017H");
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    let right = checked(&contract, spoilt(&[]).as_bytes());
    assert_eq!(second.report.verdict, Verdict::Accepted);
    assert_eq!(second.kept.accepted, 40);
    // Row for row and sum for sum.
    assert_eq!(second.report.rows_hash, right.report.rows_hash);
    assert_eq!(second.report.totals, right.report.totals);
    let answered = second.report.answered.unwrap();
    assert_eq!(answered.files, [first.report.sha256]);
    assert_eq!(answered.report_hash, first.report.report_hash);
    assert_eq!((answered.rows_mended, answered.rows_unchanged), (2, 0));
}

#[test]
fn rows_that_are_left_alone_stay_bad_and_can_be_mended_later() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,"), (9, "MA7A00017H", "MA7A00017X")]);
    let first = checked(&contract, base.as_bytes());
    let untouched = first.answer(&contract);
    let same = checked_over(&contract, "433100", &[base.as_bytes()], &untouched);
    assert_eq!(same.file_texts(), ["check.answer_unchanged"]);
    assert_eq!(same.report.rows_hash, first.report.rows_hash);

    let mut book = Book::open(&untouched);
    book.put("电量（kWh）", 2, "12000.00");
    let one = book.saved();
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &one);
    assert_eq!((second.report.committed, second.report.quarantined), (39, 1));
    // The answer to the answer has one row left, and is laid over both.
    let mut book = Book::open(&second.answer(&contract));
    book.put("统一社会信用代码", 2, "91433199MA7A00017H");
    let third = checked_over(&contract, "433100", &[base.as_bytes(), &one], &book.saved());
    assert_eq!(third.report.verdict, Verdict::Accepted);
    assert_eq!(
        third.report.rows_hash,
        checked(&contract, spoilt(&[]).as_bytes()).report.rows_hash
    );
    assert_eq!(third.report.answered.unwrap().files.len(), 2);
}

#[test]
fn the_whole_is_judged_and_not_the_mended_rows_alone() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,")]);
    let first = checked(&contract, base.as_bytes());
    let mut book = Book::open(&first.answer(&contract));
    book.put("电量（kWh）", 2, "12000.00");
    // Row 6 has this account already, and nothing in the workbook says so.
    book.put("户号", 2, "0000000000004");
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    let repeated: Vec<_> = second
        .kept
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(repeated, ["R-account_no-key"]);
}

#[test]
fn an_emptied_row_is_taken_back_and_a_row_that_is_right_can_be_said_to_be() {
    let contract = contract("pow_usage");
    // A cell too many: the row may be right, but somebody has to say so.
    let base = spoilt(&[(5, ",12000.00,", ",很多,"), (9, "2025-01-25", "2025-01-25,x")]);
    let first = checked(&contract, base.as_bytes());
    assert_eq!(first.report.quarantined, 2);
    let mut book = Book::open(&first.answer(&contract));
    let fields = (3..book.titles.len() - 1).collect::<Vec<_>>();
    for column in fields {
        book.put_at(column, 2, "");
    }
    book.put(PROBLEM, 3, "");
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(second.report.verdict, Verdict::Accepted);
    assert_eq!((second.report.committed, second.report.blank_or_total), (39, 1));
    assert_eq!(second.report.answered.unwrap().rows_withdrawn, 1);
}

#[test]
fn a_column_that_the_file_lacked_can_be_filled_in_the_answer() {
    let contract = contract("pow_usage");
    let short = |line: String| line.replacen(",91433199MA7A00017H", "", 1);
    let rows = (2..42).map(|row| match row {
        5 => short(good(row)).replace(",12000.00,", ",很多,"),
        row => short(good(row)),
    });
    let base: String = std::iter::once(HEADER.replace(",统一社会信用代码", ""))
        .chain(rows)
        .collect();
    let first = checked(&contract, base.as_bytes());
    let mut book = Book::open(&first.answer(&contract));
    book.put("电量（kWh）", 2, "12000.00");
    book.put("统一社会信用代码", 2, "91433199MA7A00017X");
    let wrong = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(wrong.kept.findings[0].rule, "R-usc_code-uscc");
    assert_eq!(wrong.kept.findings[0].row, Some(5));
    book.put("统一社会信用代码", 2, "91433199MA7A00017H");
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(
        (second.report.verdict, second.report.committed),
        (Verdict::Accepted, 40)
    );
}

#[test]
fn figures_keep_the_unit_of_the_file_they_came_from() {
    let contract = contract("pow_usage");
    let table = spoilt(&[(5, ",7800.00,", ",七百八,")]).replace(",7800.00,", ",0.78,");
    let base = format!("单位：万元\n{table}");
    let first = checked(&contract, base.as_bytes());
    assert_eq!((first.report.committed, first.report.quarantined), (39, 1));
    let mut book = Book::open(&first.answer(&contract));
    book.put("电费（万元）", 2, "0.78");
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(second.report.verdict, Verdict::Accepted);
    assert_eq!(second.report.totals["fee"].sum, "312000.00");
    let (at, last) = (book.column("电费（万元）"), "*电费（元）");
    book.put_at(at, 1, last);
    let other = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(other.file_texts().last(), Some(&"check.answer_unit"));
    assert_eq!(other.report.verdict, Verdict::Rejected);
}

#[test]
fn what_begins_like_a_formula_stays_text_and_comes_back_as_it_was() {
    let contract = contract("pow_usage");
    let attacks = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝HYPERLINK(1)"];
    let rows = (2..202).map(|row| match attacks.get(row - 2) {
        Some(attack) => good(row)
            .replace("甲一加工有限公司", attack)
            .replace(",12000.00,", ",很多,"),
        None => good(row),
    });
    let base = file(rows);
    let first = checked(&contract, base.as_bytes());
    assert_eq!(first.report.quarantined, attacks.len() as u64);
    let mut book = Book::open(&first.answer(&contract));
    let sheet = book.part("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "));
    assert!(book.part("xl/styles.xml").contains("quotePrefix=\"1\""));
    for row in 0..attacks.len() {
        book.put("电量（kWh）", row + 2, "12000.00");
    }
    let second = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    let right = checked(&contract, base.replace(",很多,", ",12000.00,").as_bytes());
    assert_eq!(second.report.rows_hash, right.report.rows_hash);
}
