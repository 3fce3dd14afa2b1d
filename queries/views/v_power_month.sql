-- name: v_power_month
-- title_zh: 用电户月度用电
-- title_en: Electricity by account and month
-- owner: pow
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个用电户号每个电费月一行
-- grain_en: one row per account and billing month
-- inputs: pow_usage
-- column: county_code | organisation | L1 | 用电地址所在县市代码 | county in which the meter lies
-- column: month | organisation | L1 | 电费月（YYYYMM） | billing month, YYYYMM
-- column: account_no | identifying | L3 | 用电户号（标识令牌） | account number, a keyed token
-- column: customer_name | general | L3 | 户名（常为房东而非用电人） | name on the account, often the landlord
-- column: usc_code | organisation | L3 | 统一社会信用代码 | unified social credit code
-- column: id_no | identifying | L4 | 个人证件号码（标识令牌） | citizen ID, a keyed token
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: use_class | organisation | L2 | 用电类别代码 | class of use
-- column: industry_code | organisation | L2 | 行业代码（GB/T 4754） | industry, GB/T 4754
-- column: address | identifying | L3 | 用电地址 | address of the meter
-- column: capacity_kva | organisation | L2 | 合同容量（kVA） | contracted capacity, kVA
-- column: kwh | organisation | L3 | 电量（kWh） | energy, kWh
-- column: fee | organisation | L3 | 电费（元） | charge, yuan
-- column: read_date | organisation | L1 | 抄表日 | day of reading
SELECT
    p.county_code,
    p.month,
    p.account_no,
    p.customer_name,
    p.usc_code,
    p.id_no,
    p.entity_key,
    p.match_tier,
    p.use_class,
    p.industry_code,
    p.address,
    p.capacity_kva,
    p.kwh,
    p.fee,
    p.read_date
FROM feeds.pow_usage AS p
