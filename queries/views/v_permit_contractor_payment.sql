-- name: v_permit_contractor_payment
-- title_zh: 施工许可参建单位国库支付
-- title_en: Treasury payments to participants of permitted projects
-- owner: hud
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个施工许可证的每个参建角色、每个参建单位一行
-- grain_en: one row per permit, role and participant
-- inputs: hud_construction_permit, fin_treasury_payment
-- column: county_code | organisation | L1 | 工程所在县市代码 | county of the site
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: permit_no | organisation | L1 | 施工许可证号 | permit number
-- column: project_code | organisation | L1 | 项目代码 | project code
-- column: project_name | organisation | L1 | 项目名称 | project
-- column: owner_usc | organisation | L1 | 建设单位信用代码 | credit code of the owner
-- column: owner_name | organisation | L1 | 建设单位 | owner
-- column: participant_role | organisation | L1 | 参建角色代码 | role, code
-- column: participant_usc | organisation | L1 | 参建单位信用代码 | credit code of the participant
-- column: participant_name | organisation | L1 | 参建单位 | participant
-- column: participant_home_division | organisation | L1 | 参建单位注册地 | participant registered in
-- column: contract_price | organisation | L2 | 合同价（元） | contract price, yuan
-- column: issue_date | organisation | L1 | 发证日期 | day of issue
-- column: payments_n | organisation | L3 | 同一项目向该单位的支付笔数（各角色行相同，勿相加） | payments to it for the project; the same in each of its rows, do not add up
-- column: paid_amount | organisation | L3 | 同一项目向该单位的支付金额（元；各角色行相同，勿相加） | amount of them, yuan; the same in each of its rows, do not add up
-- column: last_pay_date | organisation | L3 | 最近支付日期 | day of the last of them
WITH paid AS (
    SELECT
        f.entity_key,
        f.project_code,
        COUNT(*) AS payments_n,
        SUM(CAST(f.amount AS DECIMAL(28, 2))) AS paid_amount,
        MAX(f.pay_date) AS last_pay_date
    FROM feeds.fin_treasury_payment AS f
    WHERE
        f.entity_key IS NOT NULL
        AND f.project_code IS NOT NULL
    GROUP BY
        f.entity_key,
        f.project_code
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.permit_no,
    r.project_code,
    r.project_name,
    r.owner_usc,
    r.owner_name,
    r.participant_role,
    r.participant_usc,
    r.participant_name,
    r.participant_home_division,
    r.contract_price,
    r.issue_date,
    p.payments_n,
    p.paid_amount,
    p.last_pay_date
FROM feeds.hud_construction_permit AS r
LEFT JOIN paid AS p
    ON p.entity_key = r.entity_key AND p.project_code = r.project_code
