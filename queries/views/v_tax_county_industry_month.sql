-- name: v_tax_county_industry_month
-- title_zh: 县市行业月度税收汇总
-- title_en: Tax paid by county, industry and month
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个县市、行业、缴款月一行
-- grain_en: one row per county, industry and month of payment
-- inputs: tax_collection, tax_registration
-- column: county_code | organisation | L1 | 主管税务机关所在县市代码 | county of the tax authority
-- column: industry_code | organisation | L1 | 行业代码（GB/T 4754），未登记为空 | industry, GB/T 4754; NULL for taxpayers not on the register
-- column: month | organisation | L1 | 缴款月（YYYYMM） | month of payment, YYYYMM
-- column: subjects_n | organisation | L1 | 纳税人户数（去重） | number of distinct taxpayers
-- column: tax_paid | organisation | L1 | 正税合计（元） | tax paid, yuan, summed
-- column: refunded | organisation | L1 | 退税合计（元，负数） | refunds, yuan, summed, negative
-- lowered: industry_code, subjects_n, tax_paid, refunded | 县市级汇总不指向任何纳税人，最小户数由授权约定 | a sum over taxpayers points at none of them; agreements set the smallest group
WITH
-- One industry per taxpayer, the last that was registered.
industries AS (
    SELECT
        r.taxpayer_seq,
        MIN(r.industry_code) AS industry_code
    FROM feeds.tax_registration AS r
    JOIN (
        SELECT
            s.taxpayer_seq,
            MAX(s.period) AS period
        FROM feeds.tax_registration AS s
        GROUP BY s.taxpayer_seq
    ) AS newest
        ON newest.taxpayer_seq = r.taxpayer_seq AND newest.period = r.period
    GROUP BY r.taxpayer_seq
)
SELECT
    t.county_code,
    i.industry_code,
    t.period AS month,
    COUNT(DISTINCT t.taxpayer_id) AS subjects_n,
    SUM(CASE WHEN t.kind = '1' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS tax_paid,
    SUM(CASE WHEN t.kind = '4' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS refunded
FROM feeds.tax_collection AS t
LEFT JOIN industries AS i
    ON i.taxpayer_seq = t.taxpayer_seq
GROUP BY
    t.county_code,
    i.industry_code,
    t.period
