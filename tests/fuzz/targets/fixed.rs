//! Any bytes where the contract lays them out, with a leader and a closing record or without.
#![no_main]

use decode::{Charset, Dialect, FixedColumn, Layout, Limits, Trailer, TrailerSum};
use libfuzzer_sys::fuzz_target;

fn column(title: &str, at: std::ops::Range<usize>, decimals: u8) -> FixedColumn {
    FixedColumn {
        title: title.to_owned(),
        at,
        decimals,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let trailer = Trailer {
        begins: "99".to_owned(),
        count: Some(2..8),
        sums: vec![TrailerSum {
            column: 2,
            at: 8..20,
            decimals: 2,
        }],
    };
    let layout = Layout {
        columns: vec![column("户号", 0..4, 0), column("户名", 4..12, 0), column("电量", 14..22, 2)],
        counted_in: if choice & 1 > 0 { Charset::Utf8 } else { Charset::Gb18030 },
        record_bytes: (choice & 2 > 0).then_some(24),
        blanks_cut: choice & 4 > 0,
        leader: (choice & 8 > 0).then(|| "00H".to_owned()),
        trailer: (choice & 16 > 0).then_some(trailer),
    };
    let dialect = Dialect {
        layout: Some(layout),
        ..Dialect::default()
    };
    fuzz::is_told_whole_and_alike(bytes, &dialect, &Limits::default());
});
