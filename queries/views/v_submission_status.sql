-- name: v_submission_status
-- title_zh: 报送任务状态
-- title_en: How duties to report stand
-- owner: tax
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个报送项、所属期、报送单位一行
-- grain_en: one row per feed, period and reporting unit
-- inputs: none
-- column: feed | organisation | L1 | 报送项 | feed
-- column: department | organisation | L1 | 提供部门 | providing department
-- column: period | organisation | L1 | 所属期 | period
-- column: period_start | organisation | L1 | 所属期起 | first day of the period
-- column: period_end | organisation | L1 | 所属期止 | last day of the period
-- column: reporting_unit | organisation | L1 | 报送单位区划代码 | reporting unit
-- column: due_day | organisation | L1 | 报送期限（遇休息日顺延） | last day on which it is in time
-- column: due_quarter | organisation | L1 | 期限所在季度 | quarter of the due day
-- column: state | organisation | L1 | 状态：open 待报、due_soon 即将到期、late 逾期、rejected 已退回、withdrawn 已撤回、received 已报、received_late 逾期补报、zero 零报送 | state
-- column: owed | organisation | L1 | 是否应报（县市自报而州级已报的为否） | whether it is owed
-- column: counted | organisation | L1 | 是否计入考核（应报，且已报或已逾期） | whether it counts in figures
-- column: met | organisation | L1 | 是否已报（含零报送） | whether it has come, zero reports included
-- column: missing | organisation | L1 | 是否按未报计（所属期止后超过规定天数） | whether it counts as never reported
-- column: received_day | organisation | L1 | 首次通过的报送日 | day of the first accepted submission
-- column: late_workdays | organisation | L1 | 逾期工作日数 | working days late
-- column: revisions | organisation | L1 | 通过的报送次数（含撤回） | accepted submissions, withdrawals included
-- column: refused | organisation | L1 | 整份退回次数 | submissions rejected as a whole
-- column: rows_read | organisation | L1 | 读取行数 | rows read
-- column: committed | organisation | L1 | 入库行数 | rows committed
-- column: quarantined | organisation | L1 | 隔离行数 | rows quarantined
-- column: rows_usual | organisation | L1 | 前六期入库行数的中位数 | rows the unit usually reports
-- column: timeliness | organisation | L1 | 及时率（0 至 1） | timeliness, 0 to 1
-- column: filled | organisation | L1 | 必填项填写率（0 至 1） | share of required cells that have a value
-- column: coverage | organisation | L1 | 入库行数与往期之比（至多 1） | rows against what is usual, at most 1
-- column: accuracy | organisation | L1 | 准确率（0 至 1） | accuracy, 0 to 1
WITH told AS (
    SELECT
        d.feed,
        d.department,
        d.period,
        d.period_start,
        d.period_end,
        d.reporting_unit,
        d.due_day,
        d.due_quarter,
        d.state,
        d.owed,
        d.counted,
        d.met,
        d.missing,
        d.received_day,
        d.late_workdays,
        d.revisions,
        d.refused,
        d.rows_read,
        d.committed,
        d.quarantined,
        d.rows_usual,
        TRY_CAST(CAST(d.late_workdays AS DECIMAL(20, 0)) * late.value AS DECIMAL(9, 8)) AS late_cost,
        TRY_CAST(
            CAST(d.required_missing AS DECIMAL(24, 4)) / NULLIF(CAST(d.required_cells AS DECIMAL(20, 0)), 0)
            AS DECIMAL(9, 8)
        ) AS missing_share,
        TRY_CAST(
            CAST(d.committed AS DECIMAL(24, 4)) / NULLIF(CAST(d.rows_usual AS DECIMAL(20, 0)), 0) AS DECIMAL(18, 8)
        ) AS usual_share,
        TRY_CAST(
            CAST(d.quarantined AS DECIMAL(24, 4)) / NULLIF(CAST(d.rows_read AS DECIMAL(20, 0)), 0) AS DECIMAL(9, 8)
        ) AS bad_share
    FROM params.duties AS d
    LEFT JOIN params.rates AS late
        ON late.key = 'duty.late_workday' AND d.due_day BETWEEN late.valid_from AND late.valid_to
)
SELECT
    t.feed,
    t.department,
    t.period,
    t.period_start,
    t.period_end,
    t.reporting_unit,
    t.due_day,
    t.due_quarter,
    t.state,
    t.owed,
    t.counted,
    t.met,
    t.missing,
    t.received_day,
    t.late_workdays,
    t.revisions,
    t.refused,
    t.rows_read,
    t.committed,
    t.quarantined,
    t.rows_usual,
    -- What is late and has not come yet still loses day by day, until it counts as never reported.
    CASE
        WHEN NOT t.counted THEN NULL
        WHEN t.missing THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
        WHEN t.late_workdays = 0 THEN TRY_CAST(1.0 AS DECIMAL(9, 8))
        -- More days than a share has room for cost everything.
        WHEN t.late_cost IS NULL OR t.late_cost >= 1.0 THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
        ELSE TRY_CAST(1.0 - t.late_cost AS DECIMAL(9, 8))
    END AS timeliness,
    CASE
        WHEN NOT t.met THEN NULL
        WHEN t.missing_share > 1.0 THEN TRY_CAST(0.0 AS DECIMAL(9, 8))
        ELSE TRY_CAST(1.0 - COALESCE(t.missing_share, 0.0) AS DECIMAL(9, 8))
    END AS filled,
    CASE
        WHEN NOT t.met THEN NULL
        WHEN COALESCE(t.usual_share, 1.0) >= 1.0 THEN TRY_CAST(1.0 AS DECIMAL(9, 8))
        -- Nothing to report is an answer, not a gap.
        WHEN t.state = 'zero' THEN TRY_CAST(1.0 AS DECIMAL(9, 8))
        ELSE TRY_CAST(t.usual_share AS DECIMAL(9, 8))
    END AS coverage,
    CASE
        WHEN NOT t.met THEN NULL
        ELSE TRY_CAST(1.0 - COALESCE(t.bad_share, 0.0) AS DECIMAL(9, 8))
    END AS accuracy
FROM told AS t
