-- name: v_invoice_month
-- title_zh: 纳税人月度发票汇总
-- title_en: Invoices by taxpayer and month
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个纳税人每月每个方向、每种发票一行
-- grain_en: one row per taxpayer, month, direction and kind of invoice
-- inputs: tax_invoice_sum
-- column: county_code | organisation | L1 | 主管税务机关所在县市代码 | county of the tax authority
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: taxpayer_seq | organisation | L3 | 登记序号 | registration sequence
-- column: taxpayer_id | identifying | L3 | 纳税人识别号（标识令牌） | taxpayer number, a keyed token
-- column: month | organisation | L1 | 开票月份（YYYYMM） | month of issue, YYYYMM
-- column: direction | organisation | L3 | 方向代码 | direction, code
-- column: invoice_kind | organisation | L3 | 发票种类代码 | kind of invoice, code
-- column: invoices_n | organisation | L3 | 份数 | count
-- column: amount | organisation | L3 | 金额（元，不含税） | amount, yuan, without the tax
-- column: tax | organisation | L3 | 税额（元） | tax, yuan
-- column: void_n | organisation | L3 | 作废份数 | void
-- column: red_n | organisation | L3 | 红字份数 | red
-- column: red_amount | organisation | L3 | 红字金额（元） | red amount, yuan
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.taxpayer_seq,
    r.taxpayer_id,
    r.month,
    r.direction,
    r.invoice_kind,
    r.count AS invoices_n,
    r.amount,
    r.tax,
    r.void_count AS void_n,
    r.red_count AS red_n,
    r.red_amount
FROM feeds.tax_invoice_sum AS r
