-- name: v_treasury_payment
-- title_zh: 国库集中支付
-- title_en: Treasury payments
-- owner: fin
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每张支付凭证的每行明细一行
-- grain_en: one row per voucher and line
-- inputs: fin_treasury_payment
-- column: county_code | organisation | L1 | 预算单位所在县市代码 | county of the paying unit
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: voucher_no | organisation | L2 | 支付凭证号 | voucher
-- column: line_no | organisation | L2 | 明细序号 | line
-- column: budget_unit_code | organisation | L2 | 预算单位编码 | paying unit code
-- column: budget_unit_name | organisation | L2 | 预算单位 | paying unit
-- column: func_code | organisation | L2 | 功能科目 | function
-- column: econ_code | organisation | L2 | 经济科目 | economic item
-- column: payee_name | organisation | L2 | 收款人 | payee
-- column: payee_usc | organisation | L2 | 收款人信用代码 | credit code of the payee
-- column: payee_bank | organisation | L2 | 收款人开户行 | payee bank
-- column: amount | organisation | L2 | 支付金额（元） | amount, yuan
-- column: purpose | organisation | L2 | 用途 | purpose
-- column: project_code | organisation | L2 | 项目代码 | project code
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: pay_date | organisation | L2 | 支付日期 | day of payment
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.voucher_no,
    r.line_no,
    r.budget_unit_code,
    r.budget_unit_name,
    r.func_code,
    r.econ_code,
    r.payee_name,
    r.payee_usc,
    r.payee_bank,
    r.amount,
    r.purpose,
    r.project_code,
    r.contract_no,
    r.pay_date
-- The payee's account (L4) stays in the feed: nothing here needs it.
FROM feeds.fin_treasury_payment AS r
