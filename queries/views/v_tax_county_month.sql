-- name: v_tax_county_month
-- title_zh: 县市月度税收汇总
-- title_en: Tax paid by county, month and tax
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个县市、缴款月、征收项目一行
-- grain_en: one row per county, month of payment and tax
-- inputs: tax_collection
-- column: county_code | organisation | L1 | 主管税务机关所在县市代码 | county of the tax authority
-- column: month | organisation | L1 | 缴款月（YYYYMM） | month of payment, YYYYMM
-- column: tax_code | organisation | L1 | 征收项目代码 | tax, code
-- column: subjects_n | organisation | L1 | 纳税人户数（去重） | number of distinct taxpayers
-- column: tax_paid | organisation | L1 | 正税合计（元） | tax paid, yuan, summed
-- column: refunded | organisation | L1 | 退税合计（元，负数） | refunds, yuan, summed, negative
-- lowered: tax_code, subjects_n, tax_paid, refunded | 县市级汇总不指向任何纳税人，最小户数由授权约定 | a sum over taxpayers points at none of them; agreements set the smallest group
SELECT
    t.county_code,
    t.period AS month,
    t.tax_code,
    COUNT(DISTINCT t.taxpayer_id) AS subjects_n,
    SUM(CASE WHEN t.kind = '1' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS tax_paid,
    SUM(CASE WHEN t.kind = '4' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS refunded
FROM feeds.tax_collection AS t
GROUP BY
    t.county_code,
    t.period,
    t.tax_code
