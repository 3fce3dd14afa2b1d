-- name: v_house_contract_registration
-- title_zh: 网签合同转移登记
-- title_en: Sales contracts of new housing and their registration
-- owner: hud
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十三条
-- basis: 《中华人民共和国土地增值税暂行条例》第十一条
-- basis: 《中华人民共和国契税法》第十一条、第十三条
-- basis: 《不动产登记暂行条例》第二十五条
-- grain_zh: 每份网签合同一行，取最近一次报送
-- grain_en: one row per sales contract, as last reported
-- inputs: hud_new_contract, nrp_realestate_reg
-- column: county_code | organisation | L1 | 房屋所在县市代码 | county in which the building stands
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: developer_usc | organisation | L2 | 开发企业信用代码 | credit code of the developer
-- column: developer_name | organisation | L2 | 开发企业 | developer
-- column: project_name | organisation | L2 | 项目名称 | project
-- column: building | organisation | L2 | 楼栋 | building
-- column: staircase | organisation | L2 | 单元 | staircase
-- column: room | organisation | L2 | 房号 | room
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: buyer_name | general | L2 | 买受人 | buyer
-- column: buyer_id_no | identifying | L3 | 买受人证件号（标识令牌） | buyer ID, a keyed token
-- column: room_use | organisation | L2 | 房屋用途代码 | use, code
-- column: building_area | organisation | L2 | 建筑面积（m²） | building area, square metres
-- column: total_price | organisation | L2 | 合同总价（元，含增值税） | total price, yuan, value added tax included
-- column: sign_date | organisation | L2 | 签订日期 | day of signature
-- column: filing_date | organisation | L2 | 备案日期 | day of filing
-- column: cancel_flag | organisation | L2 | 撤销标志（Y 是，N 否） | cancelled, Y or N
-- column: cancel_date | organisation | L2 | 撤销日期 | day of cancellation
-- column: is_transferred | organisation | L2 | 是否已办转移登记 | whether the transfer is registered
-- column: registrations_n | organisation | L2 | 转移登记笔数 | number of transfers registered
-- column: first_reg_date | organisation | L2 | 最早登簿日期 | day of the first of them
WITH newest AS (
    SELECT
        s.contract_no,
        MAX(s.period) AS period
    FROM feeds.hud_new_contract AS s
    GROUP BY
        s.contract_no
),
-- A county's own file goes before the prefecture's.
chosen AS (
    SELECT
        s.contract_no,
        s.period,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.hud_new_contract AS s
    JOIN newest AS n
        ON n.contract_no = s.contract_no AND n.period = s.period
    GROUP BY
        s.contract_no,
        s.period
),
registered AS (
    SELECT
        g.contract_no,
        COUNT(DISTINCT g.biz_no) AS registrations_n,
        MIN(g.reg_date) AS first_reg_date
    FROM feeds.nrp_realestate_reg AS g
    WHERE
        g.reg_kind = '2'
        AND g.contract_no IS NOT NULL
    GROUP BY g.contract_no
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.contract_no,
    r.developer_usc,
    r.developer_name,
    r.project_name,
    r.building,
    r.unit AS staircase,
    r.room,
    r.unit_no,
    r.buyer_name,
    r.buyer_id_no,
    r.use AS room_use,
    r.building_area,
    r.total_price,
    r.sign_date,
    r.filing_date,
    r.cancel_flag,
    r.cancel_date,
    g.contract_no IS NOT NULL AS is_transferred,
    g.registrations_n,
    g.first_reg_date
FROM feeds.hud_new_contract AS r
JOIN chosen AS c
    ON c.contract_no = r.contract_no AND c.period = r.period
    AND c.reporting_unit = r.reporting_unit
LEFT JOIN registered AS g
    ON g.contract_no = r.contract_no
