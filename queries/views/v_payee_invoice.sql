-- name: v_payee_invoice
-- title_zh: 国库支付收款人与开票
-- title_en: Treasury payments and invoices by payee
-- owner: fin
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个收款主体每个支付月一行
-- grain_en: one row per payee as an entity and month of payment
-- inputs: fin_treasury_payment, tax_invoice_sum
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 收款人匹配等级（最弱的一笔） | how the payee was matched, the weakest payment's
-- column: payee_name | organisation | L2 | 收款人名称 | name of the payee
-- column: month | organisation | L1 | 支付月（YYYYMM） | month of payment, YYYYMM
-- column: payments_n | organisation | L3 | 支付笔数 | number of payments
-- column: paid_amount | organisation | L2 | 支付金额合计（元） | amount paid, yuan, summed
-- column: invoiced_amount | organisation | L3 | 开具发票金额（元，不含税），未开票为空 | amount invoiced, yuan, without the tax; NULL if no invoice was issued
-- column: invoiced_tax | organisation | L3 | 开具发票税额（元） | tax on the invoices, yuan
WITH paid AS (
    SELECT
        f.entity_key,
        f.period AS month,
        MAX(f.match_tier) AS match_tier,
        MIN(f.payee_name) AS payee_name,
        COUNT(*) AS payments_n,
        SUM(CAST(f.amount AS DECIMAL(28, 2))) AS paid_amount
    FROM feeds.fin_treasury_payment AS f
    WHERE f.entity_key IS NOT NULL
    GROUP BY
        f.entity_key,
        f.period
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
    p.entity_key,
    p.match_tier,
    p.payee_name,
    p.month,
    p.payments_n,
    p.paid_amount,
    i.amount AS invoiced_amount,
    i.tax AS invoiced_tax
FROM paid AS p
LEFT JOIN invoiced AS i
    ON i.entity_key = p.entity_key AND i.month = p.month
