-- name: v_power_county_month
-- title_zh: 县市月度用电汇总
-- title_en: Electricity by county, month and class of use
-- owner: pow
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个县市、电费月、用电类别一行
-- grain_en: one row per county, billing month and class of use
-- inputs: pow_usage
-- column: county_code | organisation | L1 | 用电地址所在县市代码 | county in which the meters lie
-- column: month | organisation | L1 | 电费月（YYYYMM） | billing month, YYYYMM
-- column: use_class | organisation | L2 | 用电类别代码 | class of use
-- column: subjects_n | organisation | L1 | 用电户数（去重） | number of distinct accounts
-- column: kwh | organisation | L1 | 电量合计（kWh） | energy, kWh, summed
-- column: fee | organisation | L1 | 电费合计（元） | charge, yuan, summed
-- lowered: subjects_n, kwh, fee | 县市级汇总不指向任何用电户，最小户数由授权约定 | a county's sum points at no account; agreements set the smallest group
SELECT
    p.county_code,
    p.month,
    p.use_class,
    COUNT(DISTINCT p.account_no) AS subjects_n,
    SUM(CAST(p.kwh AS DECIMAL(28, 2))) AS kwh,
    SUM(CAST(p.fee AS DECIMAL(28, 2))) AS fee
FROM feeds.pow_usage AS p
GROUP BY
    p.county_code,
    p.month,
    p.use_class
