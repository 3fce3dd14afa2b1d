-- name: v_tax_registration
-- title_zh: 税务登记
-- title_en: Taxpayers on the register
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个纳税人识别号一行，取所在县市最近一期快照
-- grain_en: one row per taxpayer number, in the newest snapshot of its county
-- inputs: tax_registration
-- column: county_code | organisation | L1 | 主管税务机关所在县市代码 | county of the tax authority
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: taxpayer_seq | organisation | L3 | 登记序号 | registration sequence
-- column: taxpayer_id | identifying | L3 | 纳税人识别号（标识令牌） | taxpayer number, a keyed token
-- column: usc_code | organisation | L1 | 统一社会信用代码 | credit code
-- column: taxpayer_name | general | L2 | 纳税人名称 | taxpayer name
-- column: status | organisation | L3 | 纳税人状态代码 | status, code
-- column: reg_kind | organisation | L3 | 登记类型代码 | kind of registration, code
-- column: reg_type | organisation | L2 | 登记注册类型 | registration type
-- column: industry_code | organisation | L2 | 行业代码 | industry
-- column: tax_authority | organisation | L2 | 主管税务机关 | tax authority
-- column: tax_office | organisation | L2 | 主管税务所 | tax office
-- column: vat_type | organisation | L3 | 增值税纳税人类型代码 | VAT type, code
-- column: eit_mode | organisation | L3 | 企业所得税征收方式代码 | EIT mode, code
-- column: reg_date | organisation | L2 | 登记日期 | registered
-- column: cancel_date | organisation | L2 | 注销日期 | deregistered
-- column: credit_grade | organisation | L2 | 纳税信用级别代码 | credit grade, code
-- column: snapshot_month | organisation | L1 | 快照月份（YYYYMM） | month of the snapshot, YYYYMM
WITH newest AS (
    SELECT
        s.region_code,
        MAX(s.period) AS period
    FROM feeds.tax_registration AS s
    GROUP BY
        s.region_code
),
-- A county's own file goes before the prefecture's.
chosen AS (
    SELECT
        s.region_code,
        s.period,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.tax_registration AS s
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
    r.taxpayer_seq,
    r.taxpayer_id,
    r.usc_code,
    r.taxpayer_name,
    r.status,
    r.reg_kind,
    r.reg_type,
    r.industry_code,
    r.tax_authority,
    r.tax_office,
    r.vat_type,
    r.eit_mode,
    r.reg_date,
    r.cancel_date,
    r.credit_grade,
    r.snapshot_month
FROM feeds.tax_registration AS r
JOIN chosen AS c
    ON c.region_code = r.region_code AND c.period = r.period
    AND c.reporting_unit = r.reporting_unit
