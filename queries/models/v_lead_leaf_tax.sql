-- name: v_lead_leaf_tax
-- model: M35
-- paradigm: logic
-- taxes: 10120
-- title_zh: 烟叶收购与烟叶税比对
-- title_en: Tobacco leaf bought against tobacco leaf tax
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国烟叶税法》第三条至第五条、第七条
-- grain_zh: 每个收购单位、县市、月一行
-- grain_en: one row per buyer, county and month
-- inputs: tob_leaf, tax_collection, tax_registration
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
        MIN(r.taxpayer_name) AS taxpayer_name
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
bought AS (
    SELECT
        l.entity_key,
        l.county_code,
        l.period,
        l.period_start,
        l.period_end,
        MAX(l.match_tier) AS match_tier,
        TRY_CAST(
            SUM(TRY_CAST(l.price_paid + COALESCE(l.subsidy, 0.00) AS DECIMAL(28, 2))) AS DECIMAL(18, 2)
        ) AS base,
        EVIDENCE(
            'tob_leaf', l._submission_id, l._row_no, 'price_paid + subsidy', l.price_paid + COALESCE(l.subsidy, 0.00)
        ) AS evidence
    FROM feeds.tob_leaf AS l
    CROSS JOIN reach
    JOIN params.rates AS grace
        ON grace.key = 'm35.grace_days' AND l.period_end BETWEEN grace.valid_from AND grace.valid_to
    WHERE
        l.entity_key IS NOT NULL
        AND DAYS_AFTER(l.period_end, grace.value) <= reach.last_day
    GROUP BY
        l.entity_key,
        l.county_code,
        l.period,
        l.period_start,
        l.period_end
),
due AS (
    SELECT
        b.entity_key,
        b.county_code,
        b.period,
        b.period_start,
        b.period_end,
        b.match_tier,
        b.base,
        b.evidence,
        TRY_CAST(b.base * rate.value AS DECIMAL(18, 2)) AS tax
    FROM bought AS b
    JOIN params.rates AS rate
        ON rate.key = 'leaf.rate' AND b.period_end BETWEEN rate.valid_from AND rate.valid_to
),
-- With what the buyer paid in the county for a tax period that touches the month: the tax is declared where the leaf is
-- bought.
compared AS (
    SELECT
        d.entity_key,
        d.county_code,
        d.period,
        d.period_start,
        d.period_end,
        MIN(d.match_tier) AS match_tier,
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
        AND t.period_from <= d.period_end
        AND t.period_to >= d.period_start
        AND t.tax_code = '10120'
        AND t.kind IN ('1', '4')
    GROUP BY
        d.entity_key,
        d.county_code,
        d.period,
        d.period_start,
        d.period_end
),
differences AS (
    SELECT
        c.entity_key,
        c.county_code,
        c.period,
        c.period_start,
        c.period_end,
        c.match_tier,
        c.base,
        c.due,
        c.paid,
        TRY_CAST(c.due - c.paid AS DECIMAL(18, 2)) AS difference,
        c.evidence
    FROM compared AS c
)
SELECT
    LEAD_KEY('M35', c.entity_key, c.county_code, '10120', c.period) AS lead_key,
    'M35' AS model,
    'M35.leaf_short' AS rule,
    'lead' AS kind,
    c.entity_key,
    r.taxpayer_id,
    r.taxpayer_name,
    c.county_code,
    '10120' AS tax_code,
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
LEFT JOIN registered AS r
    ON r.entity_key = c.entity_key
JOIN params.rates AS yuan
    ON yuan.key = 'm35.tolerance_yuan' AND c.period_end BETWEEN yuan.valid_from AND yuan.valid_to
WHERE c.difference > yuan.value
