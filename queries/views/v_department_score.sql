-- name: v_department_score
-- title_zh: 部门报送考核
-- title_en: How departments report, scored
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个提供部门、报送单位、季度一行
-- grain_en: one row per providing department, reporting unit and quarter
-- inputs: none
-- column: department | organisation | L1 | 提供部门 | providing department
-- column: reporting_unit | organisation | L1 | 报送单位区划代码 | reporting unit
-- column: quarter | organisation | L1 | 季度（按报送期限） | quarter, by due day
-- column: due_n | organisation | L1 | 应报期数 | duties counted
-- column: met_n | organisation | L1 | 已报期数 | duties met
-- column: late_n | organisation | L1 | 逾期期数（已报或未报） | duties late, met or not
-- column: rows_read | organisation | L1 | 读取行数 | rows read
-- column: quarantined | organisation | L1 | 隔离行数 | rows quarantined
-- column: timeliness | organisation | L1 | 及时率（0 至 1） | timeliness, 0 to 1
-- column: completeness | organisation | L1 | 完整率（0 至 1） | completeness, 0 to 1
-- column: accuracy | organisation | L1 | 准确率（0 至 1） | accuracy, 0 to 1
-- column: score | organisation | L1 | 得分（0 至 100，仅由以上三项按权重折算） | score, 0 to 100, of these three by their weights
WITH told AS (
    SELECT
        d.department,
        d.reporting_unit,
        d.due_quarter AS quarter,
        d.met,
        d.missing,
        d.late_workdays,
        d.rows_read,
        d.quarantined,
        d.state,
        TRY_CAST(CAST(d.late_workdays AS DECIMAL(20, 0)) * late.value AS DECIMAL(9, 8)) AS late_cost,
        TRY_CAST(
            CAST(d.required_missing AS DECIMAL(24, 4)) / NULLIF(CAST(d.required_cells AS DECIMAL(20, 0)), 0)
            AS DECIMAL(9, 8)
        ) AS missing_share,
        TRY_CAST(
            CAST(d.committed AS DECIMAL(24, 4)) / NULLIF(CAST(d.rows_usual AS DECIMAL(20, 0)), 0) AS DECIMAL(18, 8)
        ) AS usual_share
    FROM params.duties AS d
    LEFT JOIN params.rates AS late
        ON late.key = 'duty.late_workday' AND d.due_day BETWEEN late.valid_from AND late.valid_to
    WHERE
        d.counted
),
-- Shares of one duty, each between 0 and 1. What has not come is complete in nothing.
shares AS (
    SELECT
        t.department,
        t.reporting_unit,
        t.quarter,
        t.met,
        t.late_workdays,
        t.rows_read,
        t.quarantined,
        CASE
            WHEN t.missing THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
            WHEN t.late_workdays = 0 THEN TRY_CAST(1.0 AS DECIMAL(9, 8))
            WHEN t.late_cost IS NULL OR t.late_cost >= 1.0 THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
            ELSE TRY_CAST(1.0 - t.late_cost AS DECIMAL(9, 8))
        END AS in_time,
        CASE WHEN t.met THEN TRY_CAST(1.0 AS DECIMAL(9, 8)) ELSE TRY_CAST(0.0 AS DECIMAL(9, 8)) END AS came,
        CASE
            WHEN NOT t.met OR t.missing_share > 1.0 THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
            ELSE TRY_CAST(1.0 - COALESCE(t.missing_share, 0.0) AS DECIMAL(9, 8))
        END AS filled,
        CASE
            WHEN NOT t.met THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
            WHEN t.state = 'zero' OR COALESCE(t.usual_share, 1.0) >= 1.0 THEN TRY_CAST(1.0 AS DECIMAL(9, 8))
            ELSE TRY_CAST(t.usual_share AS DECIMAL(9, 8))
        END AS covered
    FROM told AS t
),
summed AS (
    SELECT
        s.department,
        s.reporting_unit,
        s.quarter,
        COUNT(*) AS due_n,
        COUNT(CASE WHEN s.met THEN 1 END) AS met_n,
        COUNT(CASE WHEN s.late_workdays > 0 THEN 1 END) AS late_n,
        TRY_CAST(COALESCE(SUM(CAST(s.rows_read AS DECIMAL(20, 0))), 0.0) AS DECIMAL(20, 0)) AS rows_read,
        TRY_CAST(COALESCE(SUM(CAST(s.quarantined AS DECIMAL(20, 0))), 0.0) AS DECIMAL(20, 0)) AS quarantined,
        SUM(s.in_time) AS in_time,
        SUM(s.came) AS came,
        SUM(s.filled) AS filled,
        SUM(s.covered) AS covered
    FROM shares AS s
    GROUP BY
        s.department,
        s.reporting_unit,
        s.quarter
),
-- Weights hold on the last day of the quarter they score.
weighed AS (
    SELECT
        s.department,
        s.reporting_unit,
        s.quarter,
        s.due_n,
        s.met_n,
        s.late_n,
        s.rows_read,
        s.quarantined,
        TRY_CAST(s.in_time / NULLIF(CAST(s.due_n AS DECIMAL(20, 0)), 0) AS DECIMAL(9, 8)) AS timeliness,
        TRY_CAST(
            TRY_CAST(came.value * s.came AS DECIMAL(24, 8)) / NULLIF(CAST(s.due_n AS DECIMAL(20, 0)), 0)
            + TRY_CAST(filled.value * s.filled AS DECIMAL(24, 8)) / NULLIF(CAST(s.due_n AS DECIMAL(20, 0)), 0)
            + TRY_CAST(covered.value * s.covered AS DECIMAL(24, 8)) / NULLIF(CAST(s.due_n AS DECIMAL(20, 0)), 0)
            AS DECIMAL(9, 8)
        ) AS completeness,
        TRY_CAST(
            CAST(s.quarantined AS DECIMAL(24, 4)) / NULLIF(s.rows_read, 0) AS DECIMAL(9, 8)
        ) AS bad_share,
        bad.value AS bad_weight,
        t.value AS timeliness_weight,
        c.value AS completeness_weight,
        a.value AS accuracy_weight
    FROM summed AS s
    JOIN params.months AS m
        ON m.quarter = s.quarter AND m.month_end = m.quarter_end
    JOIN params.rates AS came
        ON came.key = 'score.came' AND m.quarter_end BETWEEN came.valid_from AND came.valid_to
    JOIN params.rates AS filled
        ON filled.key = 'score.filled' AND m.quarter_end BETWEEN filled.valid_from AND filled.valid_to
    JOIN params.rates AS covered
        ON covered.key = 'score.covered' AND m.quarter_end BETWEEN covered.valid_from AND covered.valid_to
    JOIN params.rates AS bad
        ON bad.key = 'score.bad_rows' AND m.quarter_end BETWEEN bad.valid_from AND bad.valid_to
    JOIN params.rates AS t
        ON t.key = 'score.timeliness' AND m.quarter_end BETWEEN t.valid_from AND t.valid_to
    JOIN params.rates AS c
        ON c.key = 'score.completeness' AND m.quarter_end BETWEEN c.valid_from AND c.valid_to
    JOIN params.rates AS a
        ON a.key = 'score.accuracy' AND m.quarter_end BETWEEN a.valid_from AND a.valid_to
),
judged AS (
    SELECT
        w.department,
        w.reporting_unit,
        w.quarter,
        w.due_n,
        w.met_n,
        w.late_n,
        w.rows_read,
        w.quarantined,
        w.timeliness,
        w.completeness,
        -- Nothing that came is accurate in nothing.
        CASE
            WHEN w.met_n = 0 OR COALESCE(w.bad_share, 0.0) * w.bad_weight >= 1.0
                THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
            ELSE TRY_CAST(1.0 - COALESCE(w.bad_share, 0.0) * w.bad_weight AS DECIMAL(9, 8))
        END AS accuracy,
        w.timeliness_weight,
        w.completeness_weight,
        w.accuracy_weight
    FROM weighed AS w
)
SELECT
    j.department,
    j.reporting_unit,
    j.quarter,
    j.due_n,
    j.met_n,
    j.late_n,
    j.rows_read,
    j.quarantined,
    j.timeliness,
    j.completeness,
    j.accuracy,
    TRY_CAST(
        TRY_CAST(
            100.0 * TRY_CAST(
                j.timeliness * j.timeliness_weight
                + j.completeness * j.completeness_weight
                + j.accuracy * j.accuracy_weight
                AS DECIMAL(18, 8)
            ) AS DECIMAL(24, 8)
        )
        / NULLIF(TRY_CAST(j.timeliness_weight + j.completeness_weight + j.accuracy_weight AS DECIMAL(10, 8)), 0)
        AS DECIMAL(5, 2)
    ) AS score
FROM judged AS j
