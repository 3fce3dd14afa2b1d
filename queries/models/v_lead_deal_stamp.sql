-- name: v_lead_deal_stamp
-- model: M26
-- paradigm: cross
-- taxes: 10111
-- title_zh: 招投标和采购成交与印花税比对
-- title_en: Deals and procurement against stamp duty
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国印花税法》第五条、第十三条及所附税目税率表
-- grain_zh: 每个中标人或供应商每季一行
-- grain_en: one row per winner or supplier and quarter
-- inputs: prt_deal, fin_procurement, tax_collection, tax_registration
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
        MIN(r.county_code) AS county_code,
        BOOL_OR(r.vat_type IN ('2', '3')) AS is_small,
        BOOL_AND(r.reg_kind = '06') AS is_from_elsewhere
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
-- Deals with a price, by winner, a consortium's members by their shares; and procurement contracts that are not the
-- contract of a deal.
signed AS (
    SELECT
        p.entity_key,
        p.match_tier,
        p.winner_name AS taxpayer_name,
        p.county_code,
        p.period,
        p.deal_date AS signed_date,
        'prt_deal' AS feed,
        'deal_price * share_ratio' AS field,
        p._submission_id,
        p._row_no,
        TRY_CAST(p.deal_price * COALESCE(p.share_ratio, 1.0) AS DECIMAL(18, 2)) AS amount,
        CASE
            WHEN p.trade_type = '1' THEN 'stamp.construction'
            WHEN p.trade_type = '2' THEN 'stamp.sale'
            ELSE 'stamp.property_transfer'
        END AS stamp_key,
        CASE
            WHEN p.trade_type = '1' THEN 'vat.construction'
            WHEN p.trade_type = '2' THEN 'vat.goods'
            ELSE 'vat.none'
        END AS vat_key
    FROM feeds.prt_deal AS p
    WHERE
        p.trade_type IN ('1', '2', '4')
        AND p.price_is_rate IS NOT TRUE
    UNION ALL
    SELECT
        f.entity_key,
        f.match_tier,
        f.supplier_name AS taxpayer_name,
        f.county_code,
        f.period,
        f.sign_date AS signed_date,
        'fin_procurement' AS feed,
        'amount' AS field,
        f._submission_id,
        f._row_no,
        f.amount,
        CASE
            WHEN f.category = 'A' THEN 'stamp.sale'
            WHEN f.category = 'B' THEN 'stamp.construction'
            ELSE 'stamp.services'
        END AS stamp_key,
        CASE
            WHEN f.category = 'A' THEN 'vat.goods'
            WHEN f.category = 'B' THEN 'vat.construction'
            ELSE 'vat.services'
        END AS vat_key
    FROM feeds.fin_procurement AS f
    LEFT JOIN (
        SELECT
            p.entity_key,
            p.contract_no
        FROM feeds.prt_deal AS p
        GROUP BY
            p.entity_key,
            p.contract_no
    ) AS of_contract
        ON of_contract.entity_key = f.entity_key AND of_contract.contract_no = f.contract_no
    LEFT JOIN (
        SELECT
            p.entity_key,
            p.project_no
        FROM feeds.prt_deal AS p
        GROUP BY
            p.entity_key,
            p.project_no
    ) AS of_project
        ON of_project.entity_key = f.entity_key AND of_project.project_no = f.project_no
    WHERE
        of_contract.contract_no IS NULL
        AND of_project.project_no IS NULL
),
-- One row per deal or contract: its amount without value added tax, and the rate of duty on that.
dutiable AS (
    SELECT
        s.entity_key,
        s.match_tier,
        s.taxpayer_name,
        s.county_code,
        s.signed_date,
        s.feed,
        s.field,
        s._submission_id,
        s._row_no,
        s.amount,
        m.quarter,
        m.quarter_start,
        m.quarter_end,
        stamp.value AS rate,
        TRY_CAST(s.amount / NULLIF(1 + vat.value, 0) AS DECIMAL(18, 2)) AS base
    FROM signed AS s
    CROSS JOIN reach
    JOIN params.months AS m
        ON m.month = s.period
    JOIN params.rates AS grace
        ON grace.key = 'm26.grace_days' AND m.quarter_end BETWEEN grace.valid_from AND grace.valid_to
    JOIN params.rates AS stamp
        ON stamp.key = s.stamp_key AND s.signed_date BETWEEN stamp.valid_from AND stamp.valid_to
    JOIN params.rates AS vat
        ON vat.key = s.vat_key AND s.signed_date BETWEEN vat.valid_from AND vat.valid_to
    WHERE
        s.entity_key IS NOT NULL
        -- Credit codes that begin with 1 are organs and institutions.
        AND NOT (s.match_tier = 'T1' AND s.entity_key >= '1' AND s.entity_key < '2')
        AND DAYS_AFTER(m.quarter_end, grace.value) <= reach.last_day
),
due AS (
    SELECT
        d.entity_key,
        d.quarter,
        d.quarter_start,
        d.quarter_end,
        MAX(d.match_tier) AS match_tier,
        COALESCE(MIN(r.taxpayer_name), MIN(d.taxpayer_name)) AS taxpayer_name,
        MIN(r.taxpayer_id) AS taxpayer_id,
        COALESCE(MIN(r.county_code), MIN(d.county_code)) AS county_code,
        -- Not registered here, or only reported from elsewhere: its own tax authority collects the duty.
        COALESCE(BOOL_OR(r.entity_key IS NULL OR r.is_from_elsewhere), TRUE) AS is_elsewhere,
        TRY_CAST(SUM(d.base) AS DECIMAL(18, 2)) AS base,
        TRY_CAST(
            SUM(
                TRY_CAST(
                    d.base * TRY_CAST(
                        d.rate * TRY_CAST(1.0 - COALESCE(relief.value, 0.0) AS DECIMAL(10, 8)) AS DECIMAL(18, 12)
                    ) AS DECIMAL(18, 2)
                )
            ) AS DECIMAL(18, 2)
        ) AS tax,
        EVIDENCE(d.feed, d._submission_id, d._row_no, d.field, d.amount) AS evidence
    FROM dutiable AS d
    LEFT JOIN registered AS r
        ON r.entity_key = d.entity_key
    LEFT JOIN params.rates AS relief
        ON relief.key = 'relief.six_taxes_two_fees'
        AND d.signed_date BETWEEN relief.valid_from AND relief.valid_to
        AND r.is_small
    GROUP BY
        d.entity_key,
        d.quarter,
        d.quarter_start,
        d.quarter_end
),
-- With what the same taxpayer paid for a tax period that touches the quarter: stamp duty is declared where the taxpayer
-- is registered, so payments count whatever the county.
compared AS (
    SELECT
        d.entity_key,
        d.quarter,
        d.quarter_start,
        d.quarter_end,
        MIN(d.match_tier) AS match_tier,
        MIN(d.taxpayer_name) AS taxpayer_name,
        MIN(d.taxpayer_id) AS taxpayer_id,
        MIN(d.county_code) AS county_code,
        BOOL_OR(d.is_elsewhere) AS is_elsewhere,
        MIN(d.base) AS base,
        MIN(d.tax) AS due,
        COALESCE(TRY_CAST(SUM(CAST(t.amount AS DECIMAL(28, 2))) AS DECIMAL(18, 2)), 0.00) AS paid,
        EVIDENCE_JOINED(
            MIN(d.evidence), EVIDENCE('tax_collection', t._submission_id, t._row_no, 'amount', t.amount)
        ) AS evidence
    FROM due AS d
    LEFT JOIN feeds.tax_collection AS t
        ON t.entity_key = d.entity_key
        AND t.period_from <= d.quarter_end
        AND t.period_to >= d.quarter_start
        AND t.tax_code = '10111'
        AND t.kind IN ('1', '4')
    GROUP BY
        d.entity_key,
        d.quarter,
        d.quarter_start,
        d.quarter_end
),
differences AS (
    SELECT
        c.entity_key,
        c.quarter,
        c.quarter_start,
        c.quarter_end,
        c.match_tier,
        c.taxpayer_name,
        c.taxpayer_id,
        c.county_code,
        c.is_elsewhere,
        c.base,
        c.due,
        c.paid,
        TRY_CAST(c.due - c.paid AS DECIMAL(18, 2)) AS difference,
        c.evidence
    FROM compared AS c
)
SELECT
    LEAD_KEY('M26', c.entity_key, c.county_code, '10111', c.quarter) AS lead_key,
    'M26' AS model,
    CASE WHEN c.is_elsewhere THEN 'M26.elsewhere' ELSE 'M26.stamp_short' END AS rule,
    CASE WHEN c.is_elsewhere THEN 'information' ELSE 'lead' END AS kind,
    c.entity_key,
    c.taxpayer_id,
    c.taxpayer_name,
    c.county_code,
    '10111' AS tax_code,
    c.quarter_start AS period_from,
    c.quarter_end AS period_to,
    c.base AS base_value,
    c.due AS source_value,
    c.paid AS declared_value,
    c.difference AS diff_value,
    TRY_CAST(c.difference / NULLIF(c.due, 0) AS DECIMAL(9, 4)) AS diff_ratio,
    CASE WHEN c.is_elsewhere THEN NULL ELSE c.difference END AS est_tax,
    c.evidence,
    c.match_tier
FROM differences AS c
JOIN params.rates AS yuan
    ON yuan.key = 'm26.tolerance_yuan' AND c.quarter_end BETWEEN yuan.valid_from AND yuan.valid_to
JOIN params.rates AS ratio
    ON ratio.key = 'm26.tolerance_ratio' AND c.quarter_end BETWEEN ratio.valid_from AND ratio.valid_to
WHERE
    c.difference > yuan.value
    AND c.difference > c.due * ratio.value
