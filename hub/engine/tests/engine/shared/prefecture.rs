//! A prefecture of four entities (A, B, C on the register, D only elsewhere) in which every feed has been reported, some
//! of it twice: later snapshots, a county beside the prefecture, several rows for one key. The rows are in the files
//! beside this one: feed, period and reporting unit in the first line of a block, then columns, then rows; `-` is a value
//! that was not reported.

use super::super::feeds::{Feeds, Row};

pub(super) async fn prefecture() -> Feeds {
    let mut feeds = Feeds::new();
    report(&mut feeds, include_str!("prefecture.txt")).await;
    feeds
}

/// Rows of another county, which change nothing in 433101.
pub(super) async fn more_elsewhere(feeds: &mut Feeds) {
    report(feeds, include_str!("elsewhere.txt")).await;
}

async fn report(feeds: &mut Feeds, reported: &str) {
    for block in reported.trim().split("\n\n") {
        let mut lines = block
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<&str>>());
        let (head, columns) = (lines.next().unwrap(), lines.next().unwrap());
        let [feed, period, unit] = head[..] else {
            panic!("{block}");
        };
        let mut rows: Vec<Row> = vec![];
        for cells in lines {
            assert_eq!(cells.len(), columns.len(), "{block}");
            let known = columns.iter().copied().zip(cells);
            rows.push(known.filter(|(_, value)| *value != "-").collect());
        }
        feeds.submit_as(feed, period, unit, &rows).await;
    }
}
