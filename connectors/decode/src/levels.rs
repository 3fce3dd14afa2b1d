//! One name per column out of a header of several rows.

/// A group's name reaches to the right as far as columns below it have names.
pub(crate) fn join(rows: &[Vec<String>]) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |level: usize, column: usize| {
        let row = rows.get(level).map(Vec::as_slice).unwrap_or_default();
        row.get(column).map(String::as_str).unwrap_or_default()
    };
    let named_below =
        |level: usize, column: usize| (level + 1..rows.len()).any(|level| !cell(level, column).is_empty());
    let mut titles = vec![String::new(); width];
    for level in 0..rows.len() {
        let mut group = "";
        for (column, title) in titles.iter_mut().enumerate() {
            // Where a group above begins, one below it cannot go on.
            if (0..level).any(|above| !cell(above, column).is_empty()) {
                group = "";
            }
            let mut name = cell(level, column);
            if !name.is_empty() {
                group = if named_below(level, column) { name } else { "" };
            } else if named_below(level, column) {
                name = group;
            }
            if name.is_empty() || title.rsplit('/').next() == Some(name) {
                continue;
            }
            if !title.is_empty() {
                title.push('/');
            }
            title.push_str(name);
        }
    }
    titles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Vec<String>> {
        let cells = |line: &&str| line.split(',').map(|cell| cell.trim().to_owned()).collect();
        lines.iter().map(cells).collect()
    }

    #[test]
    fn names_of_groups_reach_over_their_columns_and_no_further() {
        let joined = join(&rows(&["户号,用电量,,电费,,备注", ",峰,谷,应收,已收,"]));
        assert_eq!(
            joined,
            ["户号", "用电量/峰", "用电量/谷", "电费/应收", "电费/已收", "备注"]
        );
        let joined = join(&rows(&["a,,b,", "x,,,", "p,q,r,s"]));
        assert_eq!(joined, ["a/x/p", "a/x/q", "b/r", "b/s"]);
        // A name that nobody divides below is one column's.
        assert_eq!(join(&rows(&["户号,,", ",峰,谷"])), ["户号", "峰", "谷"]);
        assert_eq!(join(&rows(&["a,a", "a,b"])), ["a", "a/b"]);
    }
}
