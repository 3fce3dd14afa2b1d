//! For tests: a stored column, and a view of two columns over one feed.

use schemas::{DataClass, Level, StorageColumn, StorageType};

use crate::views::View;

pub(crate) fn column(name: &str, kind: StorageType) -> StorageColumn {
    StorageColumn {
        name: name.to_owned(),
        kind,
        nullable: true,
        statistics: false,
        token: false,
        level: Level::L1,
        class: DataClass::Organisation,
    }
}

/// `v_small`, whose columns are `k` and `v`, over `feeds.tst_a`.
pub(crate) fn view(sql: &str) -> View {
    let header = "-- name: v_small\n-- title_zh: 小\n-- title_en: small\n-- owner: pow\n-- basis: 无\n-- grain_zh: 行
-- grain_en: row\n-- inputs: tst_a\n-- column: k | organisation | L1 | 键 | key\n-- column: v | organisation | L1 | 值 | value\n";
    View::parse(&format!("{header}{sql}")).unwrap()
}
