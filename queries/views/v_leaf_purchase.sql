-- name: v_leaf_purchase
-- title_zh: 烟叶收购
-- title_en: Tobacco leaf bought
-- owner: tob
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国烟叶税法》第三条至第五条
-- grain_zh: 每个收购站点每月每个等级一行
-- grain_en: one row per station, month and grade
-- inputs: tob_leaf
-- column: county_code | organisation | L1 | 收购站点所在县市代码 | county of the station
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: station_code | organisation | L2 | 站点编码 | station code
-- column: station_name | organisation | L2 | 收购站点 | station
-- column: buyer_usc | organisation | L2 | 收购单位信用代码 | credit code of the buyer
-- column: leaf_type | organisation | L2 | 烟叶类型代码 | leaf type, code
-- column: grade | organisation | L2 | 等级代码 | grade, code
-- column: weight_kg | organisation | L2 | 收购重量（kg） | weight, kg
-- column: price_paid | organisation | L2 | 收购价款（元） | price paid, yuan
-- column: subsidy | organisation | L2 | 价外补贴（元，计入烟叶税计税依据） | subsidy, yuan; part of the base of leaf tax
-- column: month | organisation | L1 | 收购月份（YYYYMM） | month of purchase, YYYYMM
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.station_code,
    r.station_name,
    r.buyer_usc,
    r.leaf_type,
    r.grade,
    r.weight_kg,
    r.price_paid,
    r.subsidy,
    r.month
FROM feeds.tob_leaf AS r
