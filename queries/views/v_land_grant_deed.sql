-- name: v_land_grant_deed
-- title_zh: 受让人土地出让与契税
-- title_en: Land granted and deed tax paid by grantee
-- owner: nrp
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十三条
-- basis: 《中华人民共和国城镇土地使用税暂行条例》第十条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个受让人每个县市一行
-- grain_en: one row per grantee and county
-- inputs: nrp_land_grant, tax_collection
-- column: county_code | organisation | L1 | 宗地所在县市代码 | county in which the parcels lie
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级（最弱的一份合同） | how the grantee was matched, the weakest contract's
-- column: contracts_n | organisation | L3 | 合同份数 | number of contracts
-- column: area | organisation | L2 | 面积合计（平方米） | area, square metres, summed
-- column: price | organisation | L2 | 出让价款合计（元） | price, yuan, summed
-- column: other_cost | organisation | L2 | 其他经济利益合计（元） | other benefits, yuan, summed
-- column: first_sign_date | organisation | L2 | 最早签订日期 | day of the first signature
-- column: last_sign_date | organisation | L2 | 最近签订日期 | day of the last signature
-- column: deed_tax_paid | organisation | L3 | 契税入库（元，已减退税），未缴为空 | deed tax paid, yuan, refunds taken off; NULL if none was
-- column: last_paid_date | organisation | L3 | 最近缴款日期 | day of the last payment
WITH granted AS (
    SELECT
        r.entity_key,
        r.county_code,
        MAX(r.match_tier) AS match_tier,
        COUNT(DISTINCT r.contract_no) AS contracts_n,
        SUM(CAST(r.area AS DECIMAL(28, 2))) AS area,
        SUM(CAST(r.price AS DECIMAL(28, 2))) AS price,
        SUM(CAST(r.other_cost AS DECIMAL(28, 2))) AS other_cost,
        MIN(r.sign_date) AS first_sign_date,
        MAX(r.sign_date) AS last_sign_date
    FROM feeds.nrp_land_grant AS r
    WHERE r.entity_key IS NOT NULL
    GROUP BY
        r.entity_key,
        r.county_code
),
deed AS (
    SELECT
        t.entity_key,
        t.county_code,
        SUM(CAST(t.amount AS DECIMAL(28, 2))) AS deed_tax_paid,
        MAX(t.paid_date) AS last_paid_date
    FROM feeds.tax_collection AS t
    WHERE
        t.tax_code = '10119'
        AND t.kind IN ('1', '4')
    GROUP BY
        t.entity_key,
        t.county_code
)
SELECT
    g.county_code,
    g.entity_key,
    g.match_tier,
    g.contracts_n,
    g.area,
    g.price,
    g.other_cost,
    g.first_sign_date,
    g.last_sign_date,
    d.deed_tax_paid,
    d.last_paid_date
FROM granted AS g
LEFT JOIN deed AS d
    ON d.entity_key = g.entity_key AND d.county_code = g.county_code
