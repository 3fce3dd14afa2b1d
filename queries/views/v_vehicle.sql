-- name: v_vehicle
-- title_zh: 机动车登记
-- title_en: Vehicles on the register
-- owner: psb
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国车船税法》第十条
-- basis: 《中华人民共和国车辆购置税法》第十三条、第十六条
-- grain_zh: 每辆车一行，取所在县市最近一期名册
-- grain_en: one row per vehicle, in the newest register of its county
-- inputs: psb_vehicle
-- column: county_code | organisation | L1 | 所有人住址所在县市代码 | county of the owner's address
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: vin | organisation | L2 | 车辆识别代号 | VIN
-- column: plate_type | organisation | L2 | 号牌种类 | kind of plate
-- column: plate | organisation | L2 | 号牌号码 | plate
-- column: vehicle_type | organisation | L2 | 车辆类型 | vehicle type
-- column: use_nature | organisation | L2 | 使用性质代码 | use, code
-- column: brand | organisation | L2 | 品牌 | brand
-- column: model | organisation | L2 | 型号 | model
-- column: owner_name | general | L2 | 所有人 | owner
-- column: owner_id_type | general | L2 | 所有人证件类型 | kind of owner ID
-- column: owner_id_no | identifying | L3 | 所有人证件号（标识令牌） | owner ID, a keyed token
-- column: owner_usc | organisation | L2 | 所有人信用代码 | credit code of the owner
-- column: address | identifying | L3 | 住址 | address
-- column: displacement_ml | organisation | L2 | 排量 | displacement
-- column: seats | organisation | L2 | 核定载客 | seats
-- column: curb_mass_kg | organisation | L2 | 整备质量（kg） | curb mass, kg
-- column: total_mass_kg | organisation | L2 | 总质量（kg） | total mass, kg
-- column: load_kg | organisation | L2 | 核定载质量（kg） | load, kg
-- column: energy | organisation | L2 | 燃料种类代码 | energy, code
-- column: first_reg_date | organisation | L2 | 初次登记日期 | first registered
-- column: status | organisation | L2 | 机动车状态代码 | status, code
-- column: transfer_date | organisation | L2 | 转移登记日期 | transferred
-- column: inspect_valid_to | organisation | L2 | 检验有效期止 | inspection valid to
-- column: compulsory_scrap_date | organisation | L2 | 强制报废期止 | scrap by
-- column: snapshot_month | organisation | L1 | 名册月份（YYYYMM） | month of the register, YYYYMM
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
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.vin,
    r.plate_type,
    r.plate,
    r.vehicle_type,
    r.use_nature,
    r.brand,
    r.model,
    r.owner_name,
    r.owner_id_type,
    r.owner_id_no,
    r.owner_usc,
    r.address,
    r.displacement_ml,
    r.seats,
    r.curb_mass_kg,
    r.total_mass_kg,
    r.load_kg,
    r.energy,
    r.first_reg_date,
    r.status,
    r.transfer_date,
    r.inspect_valid_to,
    r.compulsory_scrap_date,
    r.period AS snapshot_month
FROM feeds.psb_vehicle AS r
JOIN chosen AS c
    ON c.region_code = r.region_code AND c.period = r.period
    AND c.reporting_unit = r.reporting_unit
