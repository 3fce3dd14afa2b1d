-- name: v_water_power
-- title_zh: 主体月度水电
-- title_en: Water and electricity by entity and month
-- owner: wat
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个主体每个县市每月一行，有水或有电即列
-- grain_en: one row per entity, county and month with water or electricity
-- inputs: wat_supply, pow_usage
-- column: county_code | organisation | L1 | 用水、用电地址所在县市代码 | county in which the meters lie
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: month | organisation | L1 | 费用月（YYYYMM） | billing month, YYYYMM
-- column: water_accounts_n | organisation | L3 | 用水户数，无用水为空 | number of water accounts; NULL if none
-- column: volume_m3 | organisation | L3 | 用水量合计（立方米） | water, cubic metres, summed
-- column: water_fee | organisation | L3 | 水费合计（元） | charge for water, yuan, summed
-- column: power_accounts_n | organisation | L3 | 用电户数，无用电为空 | number of electricity accounts; NULL if none
-- column: kwh | organisation | L3 | 电量合计（kWh） | energy, kWh, summed
-- column: power_fee | organisation | L3 | 电费合计（元） | charge for electricity, yuan, summed
-- lowered: water_accounts_n, power_accounts_n | 户数不指向任何一户 | a number of accounts points at none of them
WITH water AS (
    SELECT
        s.entity_key,
        s.county_code,
        s.month,
        COUNT(DISTINCT s.account_no) AS accounts_n,
        SUM(CAST(s.volume_m3 AS DECIMAL(28, 2))) AS volume_m3,
        SUM(CAST(s.fee AS DECIMAL(28, 2))) AS fee
    FROM feeds.wat_supply AS s
    WHERE s.entity_key IS NOT NULL
    GROUP BY
        s.entity_key,
        s.county_code,
        s.month
),
power AS (
    SELECT
        u.entity_key,
        u.county_code,
        u.month,
        COUNT(DISTINCT u.account_no) AS accounts_n,
        SUM(CAST(u.kwh AS DECIMAL(28, 2))) AS kwh,
        SUM(CAST(u.fee AS DECIMAL(28, 2))) AS fee
    FROM feeds.pow_usage AS u
    WHERE u.entity_key IS NOT NULL
    GROUP BY
        u.entity_key,
        u.county_code,
        u.month
)
SELECT
    COALESCE(w.county_code, p.county_code) AS county_code,
    COALESCE(w.entity_key, p.entity_key) AS entity_key,
    COALESCE(w.month, p.month) AS month,
    w.accounts_n AS water_accounts_n,
    w.volume_m3,
    w.fee AS water_fee,
    p.accounts_n AS power_accounts_n,
    p.kwh,
    p.fee AS power_fee
FROM water AS w
FULL JOIN power AS p
    ON p.entity_key = w.entity_key AND p.county_code = w.county_code AND p.month = w.month
