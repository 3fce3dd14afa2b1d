-- name: v_vehicle_entity
-- title_zh: 单位车辆所有人登记状态
-- title_en: Vehicles of registered entities
-- owner: psb
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国车船税法》第十条
-- basis: 《中华人民共和国车辆购置税法》第十三条、第十六条
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 国税发〔2003〕81号
-- grain_zh: 每辆单位所有的车一行，取所在县市最近一期名册
-- grain_en: one row per vehicle owned by an entity, in the newest register of its county
-- inputs: psb_vehicle, amr_entity_reg
-- column: county_code | organisation | L1 | 所有人住址所在县市代码 | county of the owner's address
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: vin | organisation | L2 | 车辆识别代号 | VIN
-- column: plate | organisation | L2 | 号牌号码 | plate
-- column: vehicle_type | organisation | L2 | 车辆类型 | vehicle type
-- column: use_nature | organisation | L2 | 使用性质代码 | use, code
-- column: owner_usc | organisation | L2 | 所有人信用代码 | credit code of the owner
-- column: seats | organisation | L2 | 核定载客 | seats
-- column: curb_mass_kg | organisation | L2 | 整备质量（kg） | curb mass, kg
-- column: total_mass_kg | organisation | L2 | 总质量（kg） | total mass, kg
-- column: load_kg | organisation | L2 | 核定载质量（kg） | load, kg
-- column: energy | organisation | L2 | 燃料种类代码 | energy, code
-- column: first_reg_date | organisation | L2 | 初次登记日期 | first registered
-- column: status | organisation | L2 | 机动车状态代码 | status, code
-- column: snapshot_month | organisation | L1 | 名册月份（YYYYMM） | month of the register, YYYYMM
-- column: entity_name | organisation | L1 | 登记的主体名称，未登记为空 | name on the register; NULL if it is not there
-- column: entity_status | organisation | L1 | 登记状态代码 | status on the register, code
-- column: industry_code | organisation | L1 | 登记的行业代码（GB/T 4754） | industry on the register, GB/T 4754
WITH newest AS (
    SELECT
        s.region_code,
        MAX(s.period) AS period
    FROM feeds.psb_vehicle AS s
    GROUP BY
        s.region_code
),
-- A county's own file goes before the prefecture's.
chosen AS (
    SELECT
        s.region_code,
        s.period,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.psb_vehicle AS s
    JOIN newest AS n
        ON n.region_code = s.region_code AND n.period = s.period
    GROUP BY
        s.region_code,
        s.period
),
newest_approval AS (
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
    r.vin,
    r.plate,
    r.vehicle_type,
    r.use_nature,
    r.owner_usc,
    r.seats,
    r.curb_mass_kg,
    r.total_mass_kg,
    r.load_kg,
    r.energy,
    r.first_reg_date,
    r.status,
    r.period AS snapshot_month,
    e.entity_name,
    e.status AS entity_status,
    e.industry_code
FROM feeds.psb_vehicle AS r
JOIN chosen AS c
    ON c.region_code = r.region_code AND c.period = r.period
    AND c.reporting_unit = r.reporting_unit
LEFT JOIN entity AS e
    ON e.entity_key = r.entity_key
WHERE r.entity_key IS NOT NULL
