-- name: v_entity_change_equity
-- title_zh: 股权变更
-- title_en: Equity changes
-- owner: amr
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 《中华人民共和国个人所得税法》第十五条
-- grain_zh: 每次变更的每对转让方和受让方一行
-- grain_en: one row per change and pair of transferor and transferee
-- inputs: amr_equity_change
-- column: county_code | organisation | L1 | 标的企业住所所在县市代码 | county of the company's domicile
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: usc_code | organisation | L1 | 统一社会信用代码 | credit code
-- column: entity_name | organisation | L1 | 标的企业 | company
-- column: seq | organisation | L1 | 变更内序号 | number within the change
-- column: transferor_type | organisation | L1 | 转让方类别代码 | kind of transferor, code
-- column: transferor_name | general | L2 | 转让方 | transferor
-- column: transferor_id_no | identifying | L3 | 转让方证件号（标识令牌） | transferor ID, a keyed token
-- column: transferee_type | organisation | L1 | 受让方类别代码 | kind of transferee, code
-- column: transferee_name | general | L2 | 受让方 | transferee
-- column: transferee_id_no | identifying | L3 | 受让方证件号（标识令牌） | transferee ID, a keyed token
-- column: ratio_before | organisation | L2 | 变更前比例 | ratio before
-- column: ratio_after | organisation | L2 | 变更后比例 | ratio after
-- column: ratio_transferred | organisation | L2 | 转让比例 | ratio transferred
-- column: sub_capital_transferred | organisation | L2 | 转让对应认缴额（元） | subscribed capital transferred, yuan
-- column: paid_capital_transferred | organisation | L2 | 转让对应实缴额（元） | paid capital transferred, yuan
-- column: price | organisation | L3 | 转让价格（元，常缺失或为零） | price, yuan; often missing or zero
-- column: transfer_kind | organisation | L2 | 变更方式代码 | kind of change, code
-- column: agreement_date | organisation | L2 | 协议日期 | day of the agreement
-- column: approve_date | organisation | L2 | 核准日期 | day of approval
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.usc_code,
    r.entity_name,
    r.seq,
    r.transferor_type,
    r.transferor_name,
    r.transferor_id_no,
    r.transferee_type,
    r.transferee_name,
    r.transferee_id_no,
    r.ratio_before,
    r.ratio_after,
    r.ratio_transferred,
    r.sub_capital_transferred,
    r.paid_capital_transferred,
    r.price,
    r.transfer_kind,
    r.agreement_date,
    r.approve_date
FROM feeds.amr_equity_change AS r
