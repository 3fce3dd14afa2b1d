//! Seeded damage to binary and marked-up tables: whatever comes in comes back soon, read or refused, and every frame is
//! whole. `DECODE_DAMAGE_ROUNDS` makes it longer.

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::xls_made::{Book, Stream};
use super::*;

const SEED: u64 = 0x0D_BF_EB;
const NUMBERS: [u32; 6] = [0, 1, 0xFF, 0xFFFF, 0x7FFF_FFFF, u32::MAX];

fn xls() -> Vec<u8> {
    let mut rows = Stream::default().header(0);
    for number in 1..200u16 {
        rows = rows.label(number, 0, "湘西").number(number, 1, 1, 45_682.0);
    }
    Book::default().sheet("一月", rows).bytes()
}

fn page() -> Vec<u8> {
    let rows =
        "<tr><td rowspan=2>a&amp;b</td><td x:num=\"1.5\">1.5</td></tr><tr><td>湘西</td></tr>".repeat(40);
    format!("<html><!-- x --><table><tr><td>户号</td><td>电量</td></tr>{rows}</table><table></table></html>")
        .into_bytes()
}

fn spreadsheet() -> Vec<u8> {
    let row = r#"<Row ss:Index="4"><Cell ss:MergeDown="1"><Data ss:Type="Number">12</Data></Cell><Cell><Data ss:Type="String">湘</Data></Cell></Row>"#;
    let rows = row.replacen("ss:Index=\"4\"", "", 1).repeat(40);
    format!(
        r#"<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table><Row><Cell><Data>户号</Data></Cell></Row>{row}{rows}</Table></Worksheet></Workbook>"#
    )
    .into_bytes()
}

/// One to eight faults: a byte, a number, a piece cut out or put in twice, an early end.
fn damaged(mut bytes: Vec<u8>, random: &mut ChaCha8Rng) -> Vec<u8> {
    for _ in 0..random.random_range(1..=8) {
        if bytes.len() < 16 {
            break;
        }
        let at = random.random_range(0..bytes.len() - 8);
        let length = random.random_range(1..=(bytes.len() - at).min(600));
        match random.random_range(0..6) {
            0 => bytes[at] = random.random(),
            1 => {
                let number = NUMBERS[random.random_range(0..NUMBERS.len())];
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            2 => drop(bytes.drain(at..at + length)),
            3 => {
                let piece = bytes[at..at + length].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes.truncate(at.max(16)),
            _ => bytes[at] ^= 1 << random.random_range(0..8),
        }
    }
    bytes
}

fn comes_back(bytes: &[u8]) {
    let started = Instant::now();
    if let Ok(mut reader) = open(
        Cursor::new(bytes),
        &Dialect::default(),
        &is_header,
        &Limits::default(),
    ) {
        let mut last = 0;
        while let Ok(Some(frame)) = reader.next_frame(64) {
            assert_eq!(frame.kind.len(), frame.rows());
            assert!(frame.defects.iter().all(|defect| defect.row < frame.rows()));
            for number in &frame.row_no {
                assert!(*number > last, "rows are told once and in order");
                last = *number;
            }
            for column in &frame.columns {
                assert_eq!(column.offsets.len(), frame.rows() + 1);
                assert!(
                    (0..frame.rows()).all(|row| column.cell(row).is_some()),
                    "every cell is text"
                );
            }
        }
    }
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn damaged_tables_of_every_old_format_come_back_soon_and_whole() {
    let rounds = std::env::var("DECODE_DAMAGE_ROUNDS").ok();
    let rounds: u32 = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(1500);
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    for whole in [xls(), page(), spreadsheet(), super::dbf::some_table()] {
        comes_back(&whole);
        for _ in 0..rounds {
            comes_back(&damaged(whole.clone(), &mut random));
        }
    }
}
