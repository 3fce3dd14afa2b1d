-- name: v_equity_land
-- title_zh: 股权变更企业持有出让土地
-- title_en: Equity changes of companies that hold granted land
-- owner: amr
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 《中华人民共和国个人所得税法》第十五条
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十三条
-- basis: 《中华人民共和国城镇土地使用税暂行条例》第十条
-- grain_zh: 每次变更的每对转让方和受让方一行，仅列核准前已受让土地的企业
-- grain_en: one row per change and pair of transferor and transferee, of companies that had been granted land by then
-- inputs: amr_equity_change, nrp_land_grant
-- column: county_code | organisation | L1 | 标的企业住所所在县市代码 | county of the company's domicile
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: usc_code | organisation | L1 | 统一社会信用代码 | credit code
-- column: entity_name | organisation | L1 | 标的企业 | company
-- column: seq | organisation | L1 | 变更内序号 | number within the change
-- column: transferor_type | organisation | L1 | 转让方类别代码 | kind of transferor, code
-- column: transferor_name | general | L2 | 转让方 | transferor
-- column: transferee_type | organisation | L1 | 受让方类别代码 | kind of transferee, code
-- column: transferee_name | general | L2 | 受让方 | transferee
-- column: ratio_transferred | organisation | L2 | 转让比例 | ratio transferred
-- column: price | organisation | L3 | 转让价格（元，常缺失或为零） | price, yuan; often missing or zero
-- column: transfer_kind | organisation | L2 | 变更方式代码 | kind of change, code
-- column: agreement_date | organisation | L2 | 协议日期 | day of the agreement
-- column: approve_date | organisation | L2 | 核准日期 | day of approval
-- column: land_contracts_n | organisation | L3 | 核准前签订的出让合同份数（各行相同，勿相加） | land contracts signed by the approval; the same in each row of the change, do not add up
-- column: land_area | organisation | L3 | 出让面积合计（平方米；各行相同，勿相加） | area granted, square metres; the same in each row of the change, do not add up
-- column: land_price | organisation | L3 | 出让价款合计（元；各行相同，勿相加） | price of it, yuan; the same in each row of the change, do not add up
WITH changed AS (
    SELECT
        q.entity_key,
        q.approve_date
    FROM feeds.amr_equity_change AS q
    GROUP BY
        q.entity_key,
        q.approve_date
),
land AS (
    SELECT
        c.entity_key,
        c.approve_date,
        COUNT(DISTINCT g.contract_no) AS contracts_n,
        SUM(CAST(g.area AS DECIMAL(28, 2))) AS area,
        SUM(CAST(g.price AS DECIMAL(28, 2))) AS price
    FROM changed AS c
    JOIN feeds.nrp_land_grant AS g
        ON g.entity_key = c.entity_key
    WHERE g.sign_date <= c.approve_date
    GROUP BY
        c.entity_key,
        c.approve_date
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.usc_code,
    r.entity_name,
    r.seq,
    r.transferor_type,
    r.transferor_name,
    r.transferee_type,
    r.transferee_name,
    r.ratio_transferred,
    r.price,
    r.transfer_kind,
    r.agreement_date,
    r.approve_date,
    l.contracts_n AS land_contracts_n,
    l.area AS land_area,
    l.price AS land_price
FROM feeds.amr_equity_change AS r
JOIN land AS l
    ON l.entity_key = r.entity_key AND l.approve_date = r.approve_date
