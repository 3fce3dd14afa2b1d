-- name: v_medical_invoice
-- title_zh: 医药机构医保结算与开票
-- title_en: Medical settlements and invoices by institution
-- owner: mib
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国个人信息保护法》第六条、第二十八条（患者信息不得报送）
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个机构主体每个县市每月一行
-- grain_en: one row per institution as an entity, county and month
-- inputs: mib_settlement, tax_invoice_sum
-- column: county_code | organisation | L1 | 机构所在县市代码 | county of the institution
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: month | organisation | L1 | 结算月份（YYYYMM） | month of settlement, YYYYMM
-- column: inst_name | organisation | L2 | 机构名称 | name of the institution
-- column: total_fee | organisation | L2 | 医保结算总费用合计（元） | total fee settled, yuan, summed
-- column: fund_pay | organisation | L2 | 基金支付合计（元） | paid by the funds, yuan, summed
-- column: invoiced_amount | organisation | L3 | 开具发票金额（元，不含税），未开票为空 | amount invoiced, yuan, without the tax; NULL if no invoice was issued
-- column: invoiced_tax | organisation | L3 | 开具发票税额（元） | tax on the invoices, yuan
WITH settled AS (
    SELECT
        m.entity_key,
        m.county_code,
        m.settle_month AS month,
        MIN(m.inst_name) AS inst_name,
        SUM(CAST(m.total_fee AS DECIMAL(28, 2))) AS total_fee,
        SUM(CAST(m.fund_pay AS DECIMAL(28, 2))) AS fund_pay
    FROM feeds.mib_settlement AS m
    WHERE m.entity_key IS NOT NULL
    GROUP BY
        m.entity_key,
        m.county_code,
        m.settle_month
),
invoiced AS (
    SELECT
        i.entity_key,
        i.month,
        SUM(CAST(i.amount AS DECIMAL(28, 2))) AS amount,
        SUM(CAST(i.tax AS DECIMAL(28, 2))) AS tax
    FROM feeds.tax_invoice_sum AS i
    WHERE
        i.direction = 'O'
        AND i.entity_key IS NOT NULL
    GROUP BY
        i.entity_key,
        i.month
)
SELECT
    s.county_code,
    s.entity_key,
    s.month,
    s.inst_name,
    s.total_fee,
    s.fund_pay,
    i.amount AS invoiced_amount,
    i.tax AS invoiced_tax
FROM settled AS s
LEFT JOIN invoiced AS i
    ON i.entity_key = s.entity_key AND i.month = s.month
