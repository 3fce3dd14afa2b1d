//! Pages of tables and the XML of Excel 2003, as they are found under the name .xls.

use super::*;

fn read_page(bytes: &[u8]) -> Result<Whole, DecodeError> {
    let mut reader = open(
        Cursor::new(bytes),
        &Dialect::default(),
        &is_header,
        &Limits::default(),
    )?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame(1000)? {
        frames.push(frame);
    }
    Ok(Whole {
        evidence: reader.evidence().clone(),
        header: reader.header().to_vec(),
        frames,
    })
}

fn page(text: impl AsRef<[u8]>) -> Whole {
    read_page(text.as_ref()).unwrap()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn a_page_is_read_for_the_table_that_has_the_header() {
    let whole = page(
        "<html><head><meta charset=gb2312><style>td > a { color: red }</style></head><body>
         <!-- <table><tr><td>户号</td></tr></table> -->
         <table><tr><td>导航</td></tr></table>
         <TABLE border=1>
          <tr><th colspan=2>用电量月报</th></tr>
          <tr><th> 户号 </th><th>电<b>量</b></th></tr>
          <tr><td>001&amp;2</td><td>1,234.50&nbsp;</td></tr>
          <tr style='display: none'><td>003<td>阿&middot;依<br>第二行</tr>
          <tr><td colspan=2>合计</td></tr>
         </TABLE></body></html>",
    );
    assert_eq!(
        (whole.evidence.label(), whole.evidence.header_row_no),
        ("html", 2)
    );
    let sheet = whole.evidence.sheet.clone().unwrap();
    assert_eq!((sheet.name.as_str(), sheet.ignored), ("2", vec!["1".to_owned()]));
    assert_eq!((sheet.hidden_rows, sheet.hidden), (1, vec!["4".to_owned()]));
    assert_eq!(whole.header, ["户号", "电量"]);
    assert_eq!(
        whole.rows(),
        [row(&["001&2", "1,234.50"]), row(&["003", "阿·依\n第二行"])]
    );
    assert_eq!(whole.kinds()[0], RowKind::Preamble);
    assert_eq!(whole.kinds()[4], RowKind::Total);
}

#[test]
fn pages_in_gbk_are_told_by_their_bytes_whatever_they_declare() {
    let text =
        "<html><meta charset=utf-8><table><tr><td>户号<td>名<tr><td>1<td>吉首市某某加工有限公司</table>";
    let whole = page(gbk(text));
    assert_eq!(whole.rows(), [row(&["1", "吉首市某某加工有限公司"])]);
    let mut broken = gbk(text);
    let at = broken.len() - 12;
    broken[at] = 0xFF;
    let whole = page(&broken);
    let DefectKind::Undecodable { offset } = whole.defects()[0].1 else {
        panic!("{:?}", whole.defects());
    };
    assert!(offset.abs_diff(at as u64) <= 1, "{offset} {at}");
}

#[test]
fn spans_put_the_cells_behind_them_where_a_reader_sees_them() {
    let whole = page(
        "<table><tr><td rowspan=3>户号</td><td>a</td></tr><tr><td>b</td><td>c</td></tr>
         <tr><td>d</td></tr><tr><td>x</td><td>y</td></tr></table>",
    );
    assert_eq!(whole.header, ["户号", "a"]);
    assert_eq!(
        (whole.rows(), whole.defects().len()),
        (vec![row(&["", "b"]), row(&["", "d"]), row(&["x", "y"])], 1)
    );
}

#[test]
fn a_number_that_a_spreadsheet_wrote_is_taken_as_it_is_and_a_day_as_it_is_shown() {
    let whole = page(
        "<table><tr><td>户号</td><td>电量</td><td>日</td></tr>
         <tr><td x:str>0012</td><td x:num=\"12345.678\">12,345.68</td><td x:num=\"45682\">2025-01-25</td></tr>
         <tr><td class=xl24 x:num=\"4.3310119900101E+17\">4.33E+17</td><td x:num>7</td><td></td></tr>
         <tr><td>a</td><td sdval=\"0.1\" sdnum=\"1033;\">0.10</td><td sdval=\"45682\">2025-01-25</td></tr></table>",
    );
    assert_eq!(whole.rows()[2], row(&["a", "0.1", "2025-01-25"]));
    assert_eq!(whole.rows()[0], row(&["0012", "12345.678", "2025-01-25"]));
    assert_eq!(whole.rows()[1][1..], ["7".to_owned(), String::new()]);
    assert_eq!(whole.defects(), [(3, DefectKind::DigitsLost { column: 0 })]);
}

#[test]
fn a_table_inside_a_table_is_its_own() {
    let whole = page(
        "<table><tr><td>外<table><tr><td>户号</td><td>电量</td></tr><tr><td>1</td><td>2</td></tr></table></td></tr>
         <tr><td>尾</td></tr></table><table><tr><td>3</td></tr></table>",
    );
    assert_eq!(whole.evidence.sheet.as_ref().unwrap().name, "2");
    assert_eq!(whole.rows(), [row(&["1", "2"])]);
}

const SPREADSHEET: &str = r#"<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <ExcelWorkbook xmlns="urn:schemas-microsoft-com:office:excel"><Date1904/></ExcelWorkbook>
 <Worksheet ss:Name="码表"><Table><Row><Cell><Data ss:Type="String">户号</Data></Cell></Row></Table>
  <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
 <Worksheet ss:Name="一月&amp;二月"><Table>
  <Row><Cell><Data ss:Type="String">户号</Data><Comment><ss:Data>批注</ss:Data></Comment></Cell>
   <Cell><Data ss:Type="String">电<B>量</B></Data></Cell><Cell ss:Index="4"><Data ss:Type="String">日</Data></Cell></Row>
  <Row ss:Index="4" ss:Hidden="1"><Cell><Data ss:Type="Number">12</Data></Cell>
   <Cell ss:Index="4"><Data ss:Type="DateTime">2025-01-25T00:00:00.000</Data></Cell></Row>
  <Row><Cell><Data ss:Type="Number">433101199001011234</Data></Cell><Cell><Data ss:Type="Error">#REF!</Data></Cell></Row>
  <Row ss:Span="2"><Cell/></Row>
  <Row><Cell ss:MergeDown="1"><Data ss:Type="String"> <![CDATA[a<b]]></Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
 </Table></Worksheet>
</Workbook>"#;

#[test]
fn the_xml_of_excel_2003_is_read_like_any_workbook() {
    let whole = page(SPREADSHEET);
    assert_eq!(whole.evidence.label(), "xml-2003");
    let sheet = whole.evidence.sheet.clone().unwrap();
    assert_eq!(
        (sheet.name.as_str(), sheet.ignored),
        ("一月&二月", vec!["码表".to_owned()])
    );
    assert_eq!(
        (sheet.hidden, sheet.merged),
        (vec!["4".to_owned()], vec!["A9:A10".to_owned()])
    );
    assert!(sheet.dates_1904);
    assert_eq!(whole.header, ["户号", "电量", "", "日"]);
    let rows = whole.rows();
    assert_eq!(rows[0], row(&["12", "", "", "2025-01-25"]));
    assert_eq!(rows[2], row(&[" a<b", "TRUE", "", ""]));
    assert_eq!(
        whole.defects(),
        [
            (5, DefectKind::DigitsLost { column: 0 }),
            (5, DefectKind::CellError { column: 1 })
        ]
    );
    let cut = &SPREADSHEET[..SPREADSHEET.len() - 60];
    assert_eq!(
        read_page(cut.as_bytes()).err().unwrap().code(),
        "decode.truncated"
    );
}

#[test]
fn pages_that_ask_for_too_much_are_refused_and_broken_ones_come_back() {
    let deep = "<table><tr><td>".repeat(40);
    assert_eq!(
        read_page(deep.as_bytes()).err().unwrap().code(),
        "decode.workbook_too_large"
    );
    let many = format!("<html>{}", "<table></table>".repeat(300));
    assert_eq!(
        read_page(many.as_bytes()).err().unwrap().code(),
        "decode.workbook_too_large"
    );
    assert_eq!(
        read_page(b"<html><body>nothing</body></html>")
            .err()
            .unwrap()
            .code(),
        "decode.empty"
    );
    let wide = "<table><tr><td colspan=4000000000>户号</td><td rowspan=99999999999>x</td></tr><tr><td>1</td></tr></table>";
    assert_eq!(
        read_page(wide.as_bytes()).err().unwrap().code(),
        "decode.too_many_columns"
    );
    for text in [
        SPREADSHEET,
        "<table x=\"><tr><td>户号<td a='>1</table>",
        "<table><!-- <tr><td>户号",
        "<table><tr><td>户号<",
    ] {
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 0x41;
            let _ = read_page(&bytes);
            let _ = read_page(&bytes[..at]);
        }
    }
}
