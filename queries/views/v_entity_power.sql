-- name: v_entity_power
-- title_zh: 登记主体月度用电
-- title_en: Electricity of registered entities by month
-- owner: amr
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 国税发〔2003〕81号
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个登记主体每个有用电的电费月一行
-- grain_en: one row per registered entity and billing month with electricity
-- inputs: amr_entity_reg, pow_usage
-- column: county_code | organisation | L1 | 住所所在县市代码（不是电表所在地） | county of the domicile, not of the meter
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 用电侧主体匹配等级（最弱的一户） | how the accounts were matched, the weakest of them
-- column: usc_code | organisation | L1 | 统一社会信用代码 | unified social credit code
-- column: entity_name | organisation | L1 | 登记的主体名称 | name on the register
-- column: entity_status | organisation | L1 | 登记状态代码 | status on the register, code
-- column: industry_code | organisation | L1 | 登记的行业代码（GB/T 4754） | industry on the register, GB/T 4754
-- column: est_date | organisation | L1 | 成立日期 | day of establishment
-- column: approve_date | organisation | L1 | 最近核准日期 | day of the newest approval
-- column: month | organisation | L1 | 电费月（YYYYMM） | billing month, YYYYMM
-- column: accounts_n | organisation | L3 | 用电户数 | number of accounts
-- column: kwh | organisation | L3 | 电量合计（kWh） | energy, kWh, summed
-- column: fee | organisation | L3 | 电费合计（元） | charge, yuan, summed
-- lowered: accounts_n | 户数不指向任何一户 | a number of accounts points at none of them
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
),
power AS (
    SELECT
        u.entity_key,
        u.month,
        MAX(u.match_tier) AS match_tier,
        COUNT(DISTINCT u.account_no) AS accounts_n,
        SUM(CAST(u.kwh AS DECIMAL(28, 2))) AS kwh,
        SUM(CAST(u.fee AS DECIMAL(28, 2))) AS fee
    FROM feeds.pow_usage AS u
    WHERE u.entity_key IS NOT NULL
    GROUP BY
        u.entity_key,
        u.month
)
SELECT
    e.county_code,
    e.entity_key,
    p.match_tier,
    e.usc_code,
    e.entity_name,
    e.status AS entity_status,
    e.industry_code,
    e.est_date,
    e.approve_date,
    p.month,
    p.accounts_n,
    p.kwh,
    p.fee
FROM entity AS e
JOIN power AS p
    ON p.entity_key = e.entity_key
