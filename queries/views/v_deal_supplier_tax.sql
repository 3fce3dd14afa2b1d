-- name: v_deal_supplier_tax
-- title_zh: 成交中标人税务登记
-- title_en: Winners of deals and their tax registration
-- owner: prt
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个标段每个中标人一行
-- grain_en: one row per lot and winner
-- inputs: prt_deal, tax_registration
-- column: county_code | organisation | L1 | 履约地县市代码 | county in which the deal is carried out
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: lot_no | organisation | L2 | 标段编号 | lot
-- column: project_code | organisation | L2 | 项目代码 | project code
-- column: trade_type | organisation | L2 | 交易类型代码 | kind of deal, code
-- column: winner_usc | organisation | L2 | 中标人信用代码 | credit code of the winner
-- column: winner_name | organisation | L2 | 中标人 | winner
-- column: share_ratio | organisation | L2 | 联合体份额 | share
-- column: deal_price | organisation | L2 | 成交价（元；费率报价时为费率） | price, yuan; a rate if the price is one
-- column: price_is_rate | organisation | L2 | 是否费率报价 | price is a rate
-- column: deal_date | organisation | L2 | 成交日期 | day of the deal
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: winner_home_division | organisation | L2 | 中标人注册地 | winner registered in
-- column: is_tax_registered | organisation | L3 | 是否在税务登记名册 | whether it is on the tax register
-- column: tax_registrations_n | organisation | L3 | 税务登记户数 | number of tax registrations
-- column: has_normal_tax_status | organisation | L3 | 是否有正常状态的税务登记 | whether a tax registration is in normal status
-- column: tax_office | organisation | L2 | 主管税务所 | tax office
-- column: tax_reg_date | organisation | L2 | 最早税务登记日期 | day of the first tax registration
WITH newest_snapshot AS (
    SELECT
        s.region_code,
        MAX(s.period) AS period
    FROM feeds.tax_registration AS s
    GROUP BY
        s.region_code
),
-- A county's own file goes before the prefecture's.
snapshot AS (
    SELECT
        s.region_code,
        s.period,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.tax_registration AS s
    JOIN newest_snapshot AS n
        ON n.region_code = s.region_code AND n.period = s.period
    GROUP BY
        s.region_code,
        s.period
),
taxed AS (
    SELECT
        t.entity_key,
        COUNT(DISTINCT t.taxpayer_seq) AS registrations_n,
        BOOL_OR(t.status = '03') AS has_normal_status,
        MIN(t.tax_office) AS tax_office,
        MIN(t.reg_date) AS reg_date
    FROM feeds.tax_registration AS t
    JOIN snapshot AS c
        ON c.region_code = t.region_code AND c.period = t.period
        AND c.reporting_unit = t.reporting_unit
    WHERE t.entity_key IS NOT NULL
    GROUP BY t.entity_key
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.lot_no,
    r.project_code,
    r.trade_type,
    r.winner_usc,
    r.winner_name,
    r.share_ratio,
    r.deal_price,
    r.price_is_rate,
    r.deal_date,
    r.contract_no,
    r.winner_home_division,
    t.entity_key IS NOT NULL AS is_tax_registered,
    t.registrations_n AS tax_registrations_n,
    t.has_normal_status AS has_normal_tax_status,
    t.tax_office,
    t.reg_date AS tax_reg_date
FROM feeds.prt_deal AS r
LEFT JOIN taxed AS t
    ON t.entity_key = r.entity_key
