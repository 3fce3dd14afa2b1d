-- name: v_lead_land_deed
-- model: M05
-- paradigm: cross
-- taxes: 10119, 10111
-- title_zh: 土地出让与契税、印花税比对
-- title_en: Land contracts against deed tax and stamp duty
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国契税法》第三条、第四条、第九条、第十条
-- basis: 《中华人民共和国印花税法》第五条及所附税目税率表
-- grain_zh: 每个受让人、县市、签约月、税种一行
-- grain_en: one row per grantee, county, month of contract and tax
-- inputs: nrp_land_grant, tax_collection, tax_registration
-- column: lead_key | organisation | L3 | 疑点编号（重跑不变） | key of the lead, the same on every run
-- column: model | organisation | L1 | 模型编号 | number of the model
-- column: rule | organisation | L1 | 触发规则 | rule that noticed
-- column: kind | organisation | L1 | lead 疑点，information 供参考 | lead, or information
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: taxpayer_id | organisation | L3 | 税务登记的统一社会信用代码，未登记为空 | credit code in the tax register, NULL if not registered
-- column: taxpayer_name | general | L3 | 纳税人名称 | name of the taxpayer
-- column: county_code | organisation | L1 | 核查县市代码 | county whose officers look
-- column: tax_code | organisation | L3 | 税种代码 | tax, five digits
-- column: period_from | organisation | L2 | 比对期起 | first day compared
-- column: period_to | organisation | L2 | 比对期止 | last day compared
-- column: base_value | organisation | L3 | 计税依据（元） | amount the tax is computed on, yuan
-- column: source_value | organisation | L3 | 按来源数据应纳税额（元） | tax that follows from the source, yuan
-- column: declared_value | organisation | L3 | 已缴税额（元，已减退税） | tax paid, refunds taken off, yuan
-- column: diff_value | organisation | L3 | 差额（元） | difference, yuan
-- column: diff_ratio | organisation | L3 | 差额占应纳税额的比例 | difference as a part of the tax due
-- column: est_tax | organisation | L3 | 估计应补税额（元） | tax that may be due, yuan
-- column: evidence | organisation | L3 | 证据（JSON：来源、批次、行号、字段、值） | evidence: feed, submission, row, field, value
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the taxpayer was matched
-- lowered: lead_key, model, rule, kind, entity_key, taxpayer_id, taxpayer_name, county_code, tax_code, period_from, period_to, base_value, source_value, declared_value, diff_value, diff_ratio, est_tax, evidence, match_tier | 计算所得；涉及纳税人和税额的各列按输入中的最高级别定为三级 | computed; whatever tells about a taxpayer or a tax has the highest level of the inputs, L3
WITH reach AS (
    SELECT MAX(t.period_end) AS last_day
    FROM feeds.tax_collection AS t
),
registered AS (
    SELECT
        r.entity_key,
        MIN(r.usc_code) AS taxpayer_id,
        MIN(r.taxpayer_name) AS taxpayer_name,
        BOOL_OR(r.vat_type IN ('2', '3')) AS is_small
    FROM feeds.tax_registration AS r
    JOIN (
        SELECT
            s.entity_key,
            MAX(s.period) AS period
        FROM feeds.tax_registration AS s
        GROUP BY s.entity_key
    ) AS latest
        ON latest.entity_key = r.entity_key AND latest.period = r.period
    GROUP BY r.entity_key
),
-- One row per contract and tax. Deed tax is on all that is paid for the land, and instalments do not defer it.
contracts AS (
    SELECT
        g.entity_key,
        g.match_tier,
        g.grantee_name,
        g.county_code,
        g.period,
        g.period_start,
        g.period_end,
        g.sign_date,
        g._submission_id,
        g._row_no,
        CASE WHEN rate.key = 'deed.rate' THEN '10119' ELSE '10111' END AS tax_code,
        rate.value AS rate,
        TRY_CAST(g.price + COALESCE(g.other_cost, 0.00) AS DECIMAL(18, 2)) AS base
    FROM feeds.nrp_land_grant AS g
    CROSS JOIN reach
    JOIN params.rates AS grace
        ON grace.key = 'm05.grace_days' AND g.sign_date BETWEEN grace.valid_from AND grace.valid_to
    JOIN params.rates AS rate
        ON rate.key IN ('deed.rate', 'stamp.land_grant') AND g.sign_date BETWEEN rate.valid_from AND rate.valid_to
    WHERE
        g.supply_mode IN ('2', '3', '4')
        AND g.entity_key IS NOT NULL
        -- Credit codes that begin with 1 are organs and institutions, exempt for land they use themselves.
        AND NOT (g.match_tier = 'T1' AND g.entity_key >= '1' AND g.entity_key < '2')
        AND DAYS_AFTER(g.sign_date, grace.value) <= reach.last_day
),
due AS (
    SELECT
        c.entity_key,
        c.county_code,
        c.period,
        c.period_start,
        c.period_end,
        c.tax_code,
        MAX(c.match_tier) AS match_tier,
        COALESCE(MIN(r.taxpayer_name), MIN(c.grantee_name)) AS taxpayer_name,
        MIN(r.taxpayer_id) AS taxpayer_id,
        TRY_CAST(SUM(c.base) AS DECIMAL(18, 2)) AS base,
        TRY_CAST(
            SUM(
                TRY_CAST(
                    c.base * TRY_CAST(
                        c.rate * TRY_CAST(1.0 - COALESCE(relief.value, 0.0) AS DECIMAL(10, 8)) AS DECIMAL(18, 12)
                    ) AS DECIMAL(18, 2)
                )
            ) AS DECIMAL(18, 2)
        ) AS tax,
        EVIDENCE('nrp_land_grant', c._submission_id, c._row_no, 'price + other_cost', c.base) AS evidence
    FROM contracts AS c
    LEFT JOIN registered AS r
        ON r.entity_key = c.entity_key
    LEFT JOIN params.rates AS relief
        ON relief.key = 'relief.six_taxes_two_fees'
        AND c.sign_date BETWEEN relief.valid_from AND relief.valid_to
        AND c.tax_code = '10111'
        AND r.is_small
    GROUP BY
        c.entity_key,
        c.county_code,
        c.period,
        c.period_start,
        c.period_end,
        c.tax_code
),
-- With what the same taxpayer paid in the county for a tax period that touches the month: deed tax is declared where the
-- land lies, for the day of the contract.
compared AS (
    SELECT
        d.entity_key,
        d.county_code,
        d.period,
        d.period_start,
        d.period_end,
        d.tax_code,
        MIN(d.match_tier) AS match_tier,
        MIN(d.taxpayer_name) AS taxpayer_name,
        MIN(d.taxpayer_id) AS taxpayer_id,
        MIN(d.base) AS base,
        MIN(d.tax) AS due,
        COALESCE(TRY_CAST(SUM(CAST(t.amount AS DECIMAL(28, 2))) AS DECIMAL(18, 2)), 0.00) AS paid,
        EVIDENCE_JOINED(
            MIN(d.evidence), EVIDENCE('tax_collection', t._submission_id, t._row_no, 'amount', t.amount)
        ) AS evidence
    FROM due AS d
    LEFT JOIN feeds.tax_collection AS t
        ON t.entity_key = d.entity_key
        AND t.county_code = d.county_code
        AND t.tax_code = d.tax_code
        AND t.period_from <= d.period_end
        AND t.period_to >= d.period_start
        AND t.kind IN ('1', '4')
    GROUP BY
        d.entity_key,
        d.county_code,
        d.period,
        d.period_start,
        d.period_end,
        d.tax_code
),
differences AS (
    SELECT
        c.entity_key,
        c.county_code,
        c.period,
        c.period_start,
        c.period_end,
        c.tax_code,
        c.match_tier,
        c.taxpayer_name,
        c.taxpayer_id,
        c.base,
        c.due,
        c.paid,
        TRY_CAST(c.due - c.paid AS DECIMAL(18, 2)) AS difference,
        c.evidence
    FROM compared AS c
)
SELECT
    LEAD_KEY('M05', c.entity_key, c.county_code, c.tax_code, c.period) AS lead_key,
    'M05' AS model,
    CASE WHEN c.tax_code = '10119' THEN 'M05.deed_short' ELSE 'M05.stamp_short' END AS rule,
    'lead' AS kind,
    c.entity_key,
    c.taxpayer_id,
    c.taxpayer_name,
    c.county_code,
    c.tax_code,
    c.period_start AS period_from,
    c.period_end AS period_to,
    c.base AS base_value,
    c.due AS source_value,
    c.paid AS declared_value,
    c.difference AS diff_value,
    TRY_CAST(c.difference / NULLIF(c.due, 0) AS DECIMAL(9, 4)) AS diff_ratio,
    c.difference AS est_tax,
    c.evidence,
    c.match_tier
FROM differences AS c
JOIN params.rates AS yuan
    ON yuan.key = 'm05.tolerance_yuan' AND c.period_end BETWEEN yuan.valid_from AND yuan.valid_to
JOIN params.rates AS ratio
    ON ratio.key = 'm05.tolerance_ratio' AND c.period_end BETWEEN ratio.valid_from AND ratio.valid_to
WHERE
    c.difference > yuan.value
    AND c.difference > c.due * ratio.value
