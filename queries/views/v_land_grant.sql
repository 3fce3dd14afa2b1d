-- name: v_land_grant
-- title_zh: 土地出让合同
-- title_en: Land grant contracts
-- owner: nrp
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十三条
-- basis: 《中华人民共和国城镇土地使用税暂行条例》第十条
-- grain_zh: 每份合同一行
-- grain_en: one row per contract
-- inputs: nrp_land_grant
-- column: county_code | organisation | L1 | 宗地所在县市代码 | county in which the parcel lies
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: e_supervise_no | organisation | L2 | 电子监管号 | supervision number
-- column: parcel_no | organisation | L2 | 宗地编号 | parcel number
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: supply_mode | organisation | L2 | 供地方式代码 | mode of supply, code
-- column: deal_mode | organisation | L2 | 交易方式代码 | mode of deal, code
-- column: grantee_name | general | L2 | 受让人 | grantee
-- column: grantee_code | identifying | L3 | 受让人代码（标识令牌） | grantee code, a keyed token
-- column: land_use | organisation | L2 | 土地用途代码 | land use, code
-- column: location | organisation | L2 | 土地坐落 | location
-- column: area | organisation | L2 | 面积（m²） | area, square metres
-- column: price | organisation | L2 | 出让价款（元） | price, yuan
-- column: other_cost | organisation | L2 | 其他经济利益（元，计入契税计税依据） | other benefits, yuan; part of the base of deed tax
-- column: sign_date | organisation | L2 | 签订日期 | day of signature
-- column: deliver_date | organisation | L2 | 约定交地日期（城镇土地使用税由此起算） | agreed day of handover, from which land use tax runs
-- column: start_build_date | organisation | L2 | 约定开工日期 | start agreed
-- column: finish_build_date | organisation | L2 | 约定竣工日期 | finish agreed
-- column: plot_ratio | organisation | L2 | 容积率 | plot ratio
-- column: paid_amount | organisation | L2 | 已缴价款（元） | paid, yuan
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.contract_no,
    r.e_supervise_no,
    r.parcel_no,
    r.unit_no,
    r.supply_mode,
    r.deal_mode,
    r.grantee_name,
    r.grantee_code,
    r.land_use,
    r.location,
    r.area,
    r.price,
    r.other_cost,
    r.sign_date,
    r.deliver_date,
    r.start_build_date,
    r.finish_build_date,
    r.plot_ratio,
    r.paid_amount
FROM feeds.nrp_land_grant AS r
