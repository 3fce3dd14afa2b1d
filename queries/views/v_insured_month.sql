-- name: v_insured_month
-- title_zh: 单位月度社会保险参保
-- title_en: Social insurance by employer and month
-- owner: hrs
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个单位每月每个险种一行
-- grain_en: one row per employer, month and kind of insurance
-- inputs: hrs_si_insured
-- column: county_code | organisation | L1 | 参保地县市代码 | county of insurance
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: usc_code | organisation | L2 | 统一社会信用代码 | credit code
-- column: unit_name | organisation | L2 | 单位名称 | employer
-- column: insurance_type | organisation | L2 | 险种代码 | insurance, code
-- column: month | organisation | L1 | 费款所属月（YYYYMM） | month of contribution, YYYYMM
-- column: insured_persons | organisation | L2 | 参保人数 | insured persons
-- column: base_sum | organisation | L2 | 缴费基数合计（元） | contribution base, yuan
-- column: payable_unit | organisation | L2 | 单位应缴（元） | due from the employer, yuan
-- column: payable_person | organisation | L2 | 个人应缴（元） | due from the persons, yuan
-- column: paid | organisation | L2 | 实缴金额（元） | paid, yuan
-- column: paid_date | organisation | L2 | 缴费日期 | paid on
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.usc_code,
    r.unit_name,
    r.insurance_type,
    r.month,
    r.insured_persons,
    r.base_sum,
    r.payable_unit,
    r.payable_person,
    r.paid,
    r.paid_date
FROM feeds.hrs_si_insured AS r
