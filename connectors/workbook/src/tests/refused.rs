//! Answers that would be wrong to merge: incomplete ones, rows that cannot be placed, bytes that are still unknown.

use check::Verdict;

use super::sheets::Book;
use super::*;

#[test]
fn an_answer_is_never_taken_for_the_whole_file() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,")]);
    let first = checked(&contract, base.as_bytes());
    let mut book = Book::open(&first.answer(&contract));
    book.put("电量（kWh）", 2, "12000.00");
    let alone = checked(&contract, &book.saved());
    assert_eq!(alone.file_texts(), ["check.answer_alone"]);
    assert_eq!(
        (alone.report.verdict, alone.report.rows_read),
        (Verdict::Rejected, 0)
    );
    assert!(alone.report.answered.unwrap().files.is_empty());
    // Saved as text it has lost its hidden sheet and kept its columns.
    let header = HEADER.replacen("户号", "问题说明,修改建议,原文件行号,户号", 1);
    let text = format!("{},退改行标识（请勿改动）\n", header.trim_end());
    assert_eq!(
        checked(&contract, text.as_bytes()).file_texts(),
        ["check.answer_incomplete"]
    );
}

#[test]
fn rows_that_cannot_be_placed_are_refused_and_never_guessed() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,"), (9, ",12000.00,", ",很多,")]);
    let first = checked(&contract, base.as_bytes());
    let answer = first.answer(&contract);
    let refused = |edit: &dyn Fn(&mut Book)| {
        let mut book = Book::open(&answer);
        book.put("电量（kWh）", 2, "12000.00");
        edit(&mut book);
        let checked = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
        assert_eq!(
            (checked.report.verdict, checked.kept.accepted),
            (Verdict::Rejected, 0)
        );
        checked.report.file_findings[0].text.clone()
    };
    assert_eq!(refused(&|book| book.put(MARK, 2, "")), "check.answer_rows_lost");
    assert_eq!(refused(&|book| book.put(MARK, 2, "5")), "check.answer_rows_lost");
    assert_eq!(
        refused(&|book| book.put("户号", 4, "0000000000099")),
        "check.answer_rows_lost"
    );
    let twice = |book: &mut Book| {
        let mark = schemas::mark::RowMark::new(9, ["x"]).to_text();
        book.put(MARK, 2, &mark);
    };
    assert_eq!(refused(&twice), "check.answer_row_twice");
    assert_eq!(
        refused(&|book| book.put_at(book.titles.len() - 1, 1, "别的")),
        "check.answer_column_missing"
    );
    // A row that the file does not have is found at the file's end, after good rows were handed on; none of them counts.
    let mut book = Book::open(&answer);
    book.put(MARK, 2, &schemas::mark::RowMark::new(99, ["x"]).to_text());
    let checked = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(checked.file_texts(), ["check.answer_row_unknown"]);
    assert_eq!(
        (checked.report.verdict, checked.report.committed),
        (Verdict::Rejected, 0)
    );
}

#[test]
fn bytes_that_were_no_character_cannot_be_mended_by_sending_them_back() {
    let contract = contract("pow_usage");
    let mut base = spoilt(&[(5, "甲一", "甲#")]).into_bytes();
    let at = base.iter().position(|byte| *byte == b'#').unwrap();
    base[at] = 0xFF;
    let first = checked(&contract, &base);
    assert_eq!(first.report.quarantined, 1);
    let mut book = Book::open(&first.answer(&contract));
    book.put("用电地址", 2, "吉首市某路2号");
    let second = checked_over(&contract, "433100", &[&base], &book.saved());
    assert_eq!(
        (second.report.quarantined, second.kept.findings[0].text.as_str()),
        (1, "check.undecodable")
    );
    book.put("户名", 2, "甲一加工有限公司");
    let third = checked_over(&contract, "433100", &[&base], &book.saved());
    assert_eq!(
        (third.report.verdict, third.report.committed),
        (Verdict::Accepted, 40)
    );
}

#[test]
fn what_must_not_come_closes_the_door_in_a_mended_row_as_well() {
    let contract = contract("pow_usage");
    let base = spoilt(&[(5, ",12000.00,", ",很多,")]);
    let mut book = Book::open(&checked(&contract, base.as_bytes()).answer(&contract));
    book.put("电量（kWh）", 2, "12000.00");
    book.put("用电地址", 2, "机密★1年");
    let closed = checked_over(&contract, "433100", &[base.as_bytes()], &book.saved());
    assert_eq!(closed.file_texts(), ["check.door_classified"]);
    assert!(closed.report.is_refused_at_the_door());
    assert_eq!((closed.report.committed, closed.kept.accepted), (0, 0));
}
