-- name: v_house_contract
-- title_zh: 商品房网签合同
-- title_en: Sales contracts of new housing
-- owner: hud
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十三条
-- basis: 《中华人民共和国土地增值税暂行条例》第十一条
-- grain_zh: 每份合同一行，取最近一次报送（含撤销）
-- grain_en: one row per contract, as last reported, cancelled ones among them
-- inputs: hud_new_contract
-- column: county_code | organisation | L1 | 房屋所在县市代码 | county in which the building stands
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: presale_permit_no | organisation | L2 | 预售许可证号 | presale permit
-- column: developer_usc | organisation | L2 | 开发企业信用代码 | credit code of the developer
-- column: developer_name | organisation | L2 | 开发企业 | developer
-- column: project_name | organisation | L2 | 项目名称 | project
-- column: building | organisation | L2 | 楼栋 | building
-- column: staircase | organisation | L2 | 单元 | staircase
-- column: room | organisation | L2 | 房号 | room
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: buyer_name | general | L2 | 买受人 | buyer
-- column: buyer_id_type | general | L2 | 买受人证件类型代码 | kind of buyer ID, code
-- column: buyer_id_no | identifying | L3 | 买受人证件号（标识令牌） | buyer ID, a keyed token
-- column: co_buyers | general | L2 | 共同买受人 | other buyers
-- column: room_use | organisation | L2 | 房屋用途代码 | use, code
-- column: building_area | organisation | L2 | 建筑面积（m²） | building area, square metres
-- column: inner_area | organisation | L2 | 套内面积（m²） | inner area, square metres
-- column: unit_price | organisation | L2 | 单价 | unit price
-- column: total_price | organisation | L2 | 合同总价（元，含增值税） | total price, yuan, value added tax included
-- column: pay_mode | organisation | L2 | 付款方式代码 | payment, code
-- column: prepaid | organisation | L2 | 首付款（元） | down payment, yuan
-- column: sign_date | organisation | L2 | 签订日期 | day of signature
-- column: filing_date | organisation | L2 | 备案日期 | day of filing
-- column: cancel_flag | organisation | L2 | 撤销标志（Y 是，N 否） | cancelled, Y or N
-- column: cancel_date | organisation | L2 | 撤销日期 | day of cancellation
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
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.contract_no,
    r.presale_permit_no,
    r.developer_usc,
    r.developer_name,
    r.project_name,
    r.building,
    r.unit AS staircase,
    r.room,
    r.unit_no,
    r.buyer_name,
    r.buyer_id_type,
    r.buyer_id_no,
    r.co_buyers,
    r.use AS room_use,
    r.building_area,
    r.inner_area,
    r.unit_price,
    r.total_price,
    r.pay_mode,
    r.prepaid,
    r.sign_date,
    r.filing_date,
    r.cancel_flag,
    r.cancel_date
FROM feeds.hud_new_contract AS r
JOIN chosen AS c
    ON c.contract_no = r.contract_no AND c.period = r.period
    AND c.reporting_unit = r.reporting_unit
