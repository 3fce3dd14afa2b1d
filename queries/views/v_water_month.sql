-- name: v_water_month
-- title_zh: 用水户月度用水
-- title_en: Water by account and month
-- owner: wat
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个用水户号每个水费月一行
-- grain_en: one row per account and billing month
-- inputs: wat_supply
-- column: county_code | organisation | L1 | 用水地址所在县市代码 | county in which the meter lies
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: month | organisation | L1 | 水费月（YYYYMM） | billing month, YYYYMM
-- column: account_no | identifying | L3 | 户号（标识令牌） | account number, a keyed token
-- column: customer_name | general | L3 | 户名 | account holder
-- column: usc_code | organisation | L3 | 统一社会信用代码 | credit code
-- column: use_class | organisation | L2 | 用水类别代码 | class of use, code
-- column: address | identifying | L3 | 用水地址 | address
-- column: volume_m3 | organisation | L3 | 用水量（m³） | volume, cubic metres
-- column: fee | organisation | L3 | 水费（元） | fee, yuan
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.month,
    r.account_no,
    r.customer_name,
    r.usc_code,
    r.use_class,
    r.address,
    r.volume_m3,
    r.fee
FROM feeds.wat_supply AS r
