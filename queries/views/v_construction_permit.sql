-- name: v_construction_permit
-- title_zh: 建筑施工许可
-- title_en: Construction permits
-- owner: hud
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个施工许可证的每个参建角色、每个参建单位一行
-- grain_en: one row per permit, role and participant
-- inputs: hud_construction_permit
-- column: county_code | organisation | L1 | 工程所在县市代码 | county of the site
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: permit_no | organisation | L1 | 施工许可证号 | permit number
-- column: project_code | organisation | L1 | 项目代码 | project code
-- column: project_name | organisation | L1 | 项目名称 | project
-- column: project_type | organisation | L1 | 项目类型代码 | kind of project, code
-- column: owner_name | organisation | L1 | 建设单位 | owner
-- column: owner_usc | organisation | L1 | 建设单位信用代码 | credit code of the owner
-- column: participant_role | organisation | L1 | 参建角色代码 | role, code
-- column: participant_name | organisation | L1 | 参建单位 | participant
-- column: participant_usc | organisation | L1 | 参建单位信用代码 | credit code of the participant
-- column: participant_home_division | organisation | L1 | 参建单位注册地 | participant registered in
-- column: contract_price | organisation | L2 | 合同价（元） | contract price, yuan
-- column: gfa | organisation | L2 | 建筑面积（m²） | floor area, square metres
-- column: location | organisation | L1 | 建设地点 | location
-- column: plan_start | organisation | L1 | 计划开工日期 | planned start
-- column: plan_end | organisation | L1 | 计划竣工日期 | planned finish
-- column: issue_date | organisation | L1 | 发证日期 | day of issue
-- column: pm_name | general | L2 | 项目经理 | project manager
-- column: pm_id | identifying | L3 | 项目经理证件号（标识令牌） | project manager ID, a keyed token
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.permit_no,
    r.project_code,
    r.project_name,
    r.project_type,
    r.owner_name,
    r.owner_usc,
    r.participant_role,
    r.participant_name,
    r.participant_usc,
    r.participant_home_division,
    r.contract_price,
    r.gfa,
    r.location,
    r.plan_start,
    r.plan_end,
    r.issue_date,
    r.pm_name,
    r.pm_id
-- The account for migrant workers' wages (L4) stays in the feed: nothing here needs it.
FROM feeds.hud_construction_permit AS r
