-- name: v_water_intake
-- title_zh: 取水许可季度取水
-- title_en: Water taken by permit and quarter
-- owner: wat
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国水法》第四十八条
-- basis: 《水资源税改革试点实施办法》（财税〔2024〕28号）
-- grain_zh: 每个取水许可证每季度一行
-- grain_en: one row per permit and quarter
-- inputs: wat_intake
-- column: county_code | organisation | L1 | 取水口所在县市代码 | county of the intake
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: permit_no | organisation | L2 | 取水许可证编号 | permit
-- column: usc_code | organisation | L2 | 统一社会信用代码 | credit code
-- column: holder_name | general | L2 | 取水单位 | holder
-- column: source_type | organisation | L2 | 水源类型代码 | source, code
-- column: use_type | organisation | L2 | 取水用途代码 | use, code
-- column: outside_limit_zone | organisation | L2 | 是否超采区（Y 是，N 否） | overdraft zone, Y or N
-- column: plan_m3 | organisation | L2 | 计划取水量（m³） | planned volume, cubic metres
-- column: actual_m3 | organisation | L2 | 实际取水量（m³） | actual volume, cubic metres
-- column: metered | organisation | L2 | 是否计量（Y 是，N 否） | metered, Y or N
-- column: power_kwh | organisation | L2 | 发电量（kWh） | power generated, kWh
-- column: quarter | organisation | L1 | 所属季度（YYYYQn） | quarter, YYYYQn
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.permit_no,
    r.usc_code,
    r.name AS holder_name,
    r.source_type,
    r.use_type,
    r.outside_limit_zone,
    r.plan_m3,
    r.actual_m3,
    r.metered,
    r.power_kwh,
    r.quarter
FROM feeds.wat_intake AS r
