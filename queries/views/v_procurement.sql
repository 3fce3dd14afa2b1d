-- name: v_procurement
-- title_zh: 政府采购合同
-- title_en: Procurement contracts
-- owner: fin
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每份合同一行
-- grain_en: one row per contract
-- inputs: fin_procurement
-- column: county_code | organisation | L1 | 履约所在县市代码 | county in which the contract is carried out
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: project_no | organisation | L2 | 项目编号 | project number
-- column: buyer_usc | organisation | L2 | 采购人信用代码 | credit code of the buyer
-- column: buyer_name | organisation | L2 | 采购人 | buyer
-- column: supplier_usc | organisation | L2 | 供应商信用代码 | credit code of the supplier
-- column: supplier_name | general | L2 | 供应商 | supplier
-- column: category | organisation | L2 | 采购类别代码 | category, code
-- column: amount | organisation | L2 | 合同金额（元） | amount, yuan
-- column: sign_date | organisation | L2 | 签订日期 | day of signature
-- column: duration | organisation | L2 | 履约期限 | duration
-- column: publish_url | organisation | L1 | 公告链接 | address of the notice
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.contract_no,
    r.project_no,
    r.buyer_usc,
    r.buyer_name,
    r.supplier_usc,
    r.supplier_name,
    r.category,
    r.amount,
    r.sign_date,
    r.duration,
    r.publish_url
FROM feeds.fin_procurement AS r
