-- name: v_entity_tax_status
-- title_zh: 登记主体税务登记状态
-- title_en: Registered entities and their tax registration
-- owner: amr
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 国税发〔2003〕81号
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个登记主体一行
-- grain_en: one row per registered entity
-- inputs: amr_entity_reg, tax_registration
-- column: county_code | organisation | L1 | 住所所在县市代码 | county of the domicile
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: usc_code | organisation | L1 | 统一社会信用代码 | unified social credit code
-- column: entity_name | organisation | L1 | 登记的主体名称 | name on the register
-- column: entity_status | organisation | L1 | 登记状态代码 | status on the register, code
-- column: industry_code | organisation | L1 | 登记的行业代码（GB/T 4754） | industry on the register, GB/T 4754
-- column: est_date | organisation | L1 | 成立日期 | day of establishment
-- column: approve_date | organisation | L1 | 最近核准日期 | day of the newest approval
-- column: is_tax_registered | organisation | L3 | 是否在税务登记名册 | whether it is on the tax register
-- column: tax_registrations_n | organisation | L3 | 税务登记户数 | number of tax registrations
-- column: has_normal_tax_status | organisation | L3 | 是否有正常状态的税务登记 | whether a tax registration is in normal status
-- column: tax_office | organisation | L2 | 主管税务所 | tax office
-- column: tax_reg_date | organisation | L2 | 最早税务登记日期 | day of the first tax registration
WITH newest_approval AS (
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
),
newest_snapshot AS (
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
    e.county_code,
    e.entity_key,
    e.usc_code,
    e.entity_name,
    e.status AS entity_status,
    e.industry_code,
    e.est_date,
    e.approve_date,
    t.entity_key IS NOT NULL AS is_tax_registered,
    t.registrations_n AS tax_registrations_n,
    t.has_normal_status AS has_normal_tax_status,
    t.tax_office,
    t.reg_date AS tax_reg_date
FROM entity AS e
LEFT JOIN taxed AS t
    ON t.entity_key = e.entity_key
