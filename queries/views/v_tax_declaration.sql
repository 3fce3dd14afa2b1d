-- name: v_tax_declaration
-- title_zh: 纳税申报
-- title_en: Tax declarations
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国税收征收管理法》第八条
-- grain_zh: 每个纳税人每个征收项目、所属期的每行一行，取最近一次申报
-- grain_en: one row per taxpayer, tax, item, period and line, as last declared
-- inputs: tax_declaration
-- column: county_code | organisation | L1 | 主管税务机关所在县市代码 | county of the tax authority
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: taxpayer_seq | organisation | L3 | 登记序号 | registration sequence
-- column: taxpayer_id | identifying | L3 | 纳税人识别号（标识令牌） | taxpayer number, a keyed token
-- column: tax_code | organisation | L3 | 征收项目代码 | tax, code
-- column: item_code | organisation | L3 | 征收品目 | item
-- column: period_from | organisation | L3 | 所属期起 | period from
-- column: period_to | organisation | L3 | 所属期止 | period to
-- column: form_seq | organisation | L3 | 表内行次 | line of the form
-- column: sales_taxable | organisation | L3 | 应税销售额（元） | taxable sales, yuan
-- column: sales_exempt | organisation | L3 | 免税销售额（元） | exempt sales, yuan
-- column: tax_base | organisation | L3 | 计税依据 | tax base
-- column: rate | organisation | L3 | 税率 | rate
-- column: tax_due | organisation | L3 | 应纳税额（元） | tax due, yuan
-- column: relief_amount | organisation | L3 | 减免税额（元） | relief, yuan
-- column: prepaid | organisation | L3 | 已预缴税额（元） | prepaid, yuan
-- column: tax_payable | organisation | L3 | 应补退税额（元） | payable, yuan
-- column: declare_date | organisation | L3 | 申报日期 | declared
-- column: correction_flag | organisation | L3 | 更正申报标志（Y 是，N 否） | correction, Y or N
-- column: source_no | organisation | L3 | 税源编号 | tax source
WITH
-- A correction of a later month takes the place of the whole declaration, its lines among it.
newest AS (
    SELECT
        s.taxpayer_seq,
        s.tax_code,
        s.period_from,
        s.period_to,
        MAX(s.period) AS period
    FROM feeds.tax_declaration AS s
    GROUP BY
        s.taxpayer_seq,
        s.tax_code,
        s.period_from,
        s.period_to
),
-- A county's own file goes before the prefecture's.
chosen AS (
    SELECT
        s.taxpayer_seq,
        s.tax_code,
        s.period_from,
        s.period_to,
        s.period,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.tax_declaration AS s
    JOIN newest AS n
        ON n.taxpayer_seq = s.taxpayer_seq AND n.tax_code = s.tax_code AND n.period_from = s.period_from AND n.period_to = s.period_to AND n.period = s.period
    GROUP BY
        s.taxpayer_seq,
        s.tax_code,
        s.period_from,
        s.period_to,
        s.period
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.taxpayer_seq,
    r.taxpayer_id,
    r.tax_code,
    r.item_code,
    r.period_from,
    r.period_to,
    r.form_seq,
    r.sales_taxable,
    r.sales_exempt,
    r.tax_base,
    r.rate,
    r.tax_due,
    r.relief_amount,
    r.prepaid,
    r.tax_payable,
    r.declare_date,
    r.correction_flag,
    r.source_no
FROM feeds.tax_declaration AS r
JOIN chosen AS c
    ON c.taxpayer_seq = r.taxpayer_seq AND c.tax_code = r.tax_code AND c.period_from = r.period_from AND c.period_to = r.period_to AND c.period = r.period
    AND c.reporting_unit = r.reporting_unit
