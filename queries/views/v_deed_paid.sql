-- name: v_deed_paid
-- title_zh: 出让合同契税缴纳标志
-- title_en: Land grant contracts: deed tax paid or not
-- owner: nrp
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十三条
-- basis: 《中华人民共和国城镇土地使用税暂行条例》第十条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每份出让合同一行
-- grain_en: one row per land grant contract
-- inputs: nrp_land_grant, tax_collection
-- column: county_code | organisation | L1 | 宗地所在县市代码 | county in which the parcel lies
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: parcel_no | organisation | L2 | 宗地编号 | parcel number
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: supply_mode | organisation | L2 | 供地方式代码 | mode of supply, code
-- column: land_use | organisation | L2 | 土地用途代码 | land use, code
-- column: area | organisation | L2 | 面积（m²） | area, square metres
-- column: sign_date | organisation | L2 | 签订日期 | day of signature
-- column: has_paid_deed_tax | organisation | L2 | 受让人自签订之日起是否在该县市缴过契税，受让人未匹配为空 | whether the grantee has paid deed tax in the county since the signature; NULL if the grantee has no entity key
-- lowered: has_paid_deed_tax | 只回答是否，不给出金额和日期 | answers yes or no, and neither amount nor day
WITH deed AS (
    SELECT
        t.entity_key,
        t.county_code,
        MAX(t.paid_date) AS last_paid_date
    FROM feeds.tax_collection AS t
    WHERE
        t.tax_code = '10119'
        AND t.kind = '1'
    GROUP BY
        t.entity_key,
        t.county_code
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.contract_no,
    r.parcel_no,
    r.unit_no,
    r.supply_mode,
    r.land_use,
    r.area,
    r.sign_date,
    CASE
        WHEN r.entity_key IS NULL THEN NULL
        WHEN d.last_paid_date >= r.sign_date THEN TRUE
        ELSE FALSE
    END AS has_paid_deed_tax
FROM feeds.nrp_land_grant AS r
LEFT JOIN deed AS d
    ON d.entity_key = r.entity_key AND d.county_code = r.county_code
