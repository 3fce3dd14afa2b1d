-- name: v_insured_entity
-- title_zh: 参保单位登记状态
-- title_en: Insured employers and their registration
-- owner: hrs
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 国税发〔2003〕81号
-- grain_zh: 每个单位每月每个险种一行
-- grain_en: one row per employer, month and kind of insurance
-- inputs: hrs_si_insured, amr_entity_reg
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
-- column: entity_name | organisation | L1 | 登记的主体名称，未登记为空 | name on the register; NULL if it is not there
-- column: entity_status | organisation | L1 | 登记状态代码 | status on the register, code
-- column: industry_code | organisation | L1 | 登记的行业代码（GB/T 4754） | industry on the register, GB/T 4754
-- column: est_date | organisation | L1 | 成立日期 | day of establishment
-- column: domicile_county_code | organisation | L1 | 住所所在县市代码 | county of the domicile
WITH newest_approval AS (
    SELECT
        s.entity_key,
        MAX(s.approve_date) AS approve_date
    FROM feeds.amr_entity_reg AS s
    GROUP BY
        s.entity_key
),
-- A county's own file goes before the prefecture's.
approval AS (
    SELECT
        s.entity_key,
        s.approve_date,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.amr_entity_reg AS s
    JOIN newest_approval AS n
        ON n.entity_key = s.entity_key AND n.approve_date = s.approve_date
    GROUP BY
        s.entity_key,
        s.approve_date
),
entity AS (
    SELECT
        e.entity_key,
        e.usc_code,
        e.entity_name,
        e.status,
        e.industry_code,
        e.est_date,
        e.approve_date,
        e.county_code
    FROM feeds.amr_entity_reg AS e
    JOIN approval AS c
        ON c.entity_key = e.entity_key AND c.approve_date = e.approve_date
        AND c.reporting_unit = e.reporting_unit
)
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
    e.entity_name,
    e.status AS entity_status,
    e.industry_code,
    e.est_date,
    e.county_code AS domicile_county_code
FROM feeds.hrs_si_insured AS r
LEFT JOIN entity AS e
    ON e.entity_key = r.entity_key
