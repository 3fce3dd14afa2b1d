-- name: v_tax_paid_month
-- title_zh: 纳税人月度税款缴纳
-- title_en: Tax paid by taxpayer and month
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个纳税人每个缴款月、征收项目、县市一行
-- grain_en: one row per taxpayer, month of payment, tax and county
-- inputs: tax_collection
-- column: county_code | organisation | L1 | 主管税务机关所在县市代码 | county of the tax authority
-- column: month | organisation | L1 | 缴款月（YYYYMM） | month of payment, YYYYMM
-- column: taxpayer_seq | organisation | L3 | 登记序号 | registration sequence
-- column: taxpayer_id | identifying | L3 | 纳税人识别号（标识令牌） | taxpayer number, a keyed token
-- column: tax_code | organisation | L3 | 征收项目代码 | tax, code
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: tax_paid | organisation | L3 | 正税（元） | tax paid, yuan
-- column: late_fee_paid | organisation | L3 | 滞纳金（元） | late fees paid, yuan
-- column: fine_paid | organisation | L3 | 罚款（元） | fines paid, yuan
-- column: refunded | organisation | L3 | 退税（元，负数） | refunds, yuan, negative
SELECT
    t.county_code,
    t.period AS month,
    t.taxpayer_seq,
    t.taxpayer_id,
    t.tax_code,
    MIN(t.entity_key) AS entity_key,
    SUM(CASE WHEN t.kind = '1' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS tax_paid,
    SUM(CASE WHEN t.kind = '2' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS late_fee_paid,
    SUM(CASE WHEN t.kind = '3' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS fine_paid,
    SUM(CASE WHEN t.kind = '4' THEN CAST(t.amount AS DECIMAL(28, 2)) ELSE 0.00 END) AS refunded
FROM feeds.tax_collection AS t
GROUP BY
    t.county_code,
    t.period,
    t.taxpayer_seq,
    t.taxpayer_id,
    t.tax_code
