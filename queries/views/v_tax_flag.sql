-- name: v_tax_flag
-- title_zh: 纳税人涉税状态标志
-- title_en: Yes or no about one taxpayer
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个有统一社会信用代码的纳税人一行
-- grain_en: one row per taxpayer with a credit code
-- inputs: tax_registration, tax_collection, tax_declaration
-- scopes: keyed
-- column: usc_code | organisation | L1 | 统一社会信用代码（查询时须写明） | unified social credit code, which a query must name
-- column: as_of_month | organisation | L1 | 登记状态取自哪个月的快照（YYYYMM） | month of the snapshot that the state of registration is from
-- column: is_registered | organisation | L2 | 是否有未注销的税务登记 | has a tax registration that is not cancelled
-- column: is_normal | organisation | L2 | 登记状态是否正常 | the state of registration is normal
-- column: is_abnormal | organisation | L2 | 是否被认定为非正常户 | was found abnormal
-- column: has_declared_12m | organisation | L2 | 近12个月是否申报过 | has declared within the last twelve months
-- column: has_paid_12m | organisation | L2 | 近12个月是否缴纳过税款 | has paid a tax within the last twelve months
-- lowered: as_of_month | 快照月份中最新的一个，与快照月份同级 | the newest of the snapshot months, and as open as they are
-- lowered: is_registered, is_normal, is_abnormal | 只回答是与否，不给状态代码；且只能逐户查询 | yes or no without the code of the state, and only for one named taxpayer at a time
-- lowered: has_declared_12m, has_paid_12m | 只回答是与否，不含税种、金额和日期；且只能逐户查询 | yes or no without tax, amount or day, and only for one named taxpayer at a time
WITH newest AS (
    -- Of the taxpayer's own snapshots. The newest of all would make one answer depend on the rows of others.
    SELECT
        n.usc_code,
        MAX(n.snapshot_month) AS snapshot_month
    FROM feeds.tax_registration AS n
    GROUP BY n.usc_code
),
declared AS (
    SELECT
        d.taxpayer_seq,
        MAX(d.declare_date) AS last_date
    FROM feeds.tax_declaration AS d
    GROUP BY d.taxpayer_seq
),
paid AS (
    -- Kind 1 is tax itself, without late fees, fines and refunds.
    SELECT
        c.taxpayer_seq,
        MAX(c.paid_date) AS last_date
    FROM feeds.tax_collection AS c
    WHERE c.kind = '1' AND c.amount > 0
    GROUP BY c.taxpayer_seq
)
SELECT
    r.usc_code,
    MAX(r.snapshot_month) AS as_of_month,
    COALESCE(BOOL_OR(r.status <> '07'), FALSE) AS is_registered,
    COALESCE(BOOL_OR(r.status = '03'), FALSE) AS is_normal,
    COALESCE(BOOL_OR(r.status IN ('05', '06')), FALSE) AS is_abnormal,
    COALESCE(BOOL_OR(d.last_date >= CURRENT_DATE - INTERVAL '12' MONTH), FALSE) AS has_declared_12m,
    COALESCE(BOOL_OR(p.last_date >= CURRENT_DATE - INTERVAL '12' MONTH), FALSE) AS has_paid_12m
FROM feeds.tax_registration AS r
JOIN newest AS n
    ON n.usc_code = r.usc_code AND n.snapshot_month = r.snapshot_month
LEFT JOIN declared AS d
    ON d.taxpayer_seq = r.taxpayer_seq
LEFT JOIN paid AS p
    ON p.taxpayer_seq = r.taxpayer_seq
GROUP BY r.usc_code
