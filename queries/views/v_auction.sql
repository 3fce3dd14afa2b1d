-- name: v_auction
-- title_zh: 司法拍卖成交
-- title_en: Judicial auctions
-- owner: crt
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个案件每个标的物一行
-- grain_en: one row per case and lot
-- inputs: crt_auction
-- column: county_code | organisation | L1 | 标的物所在县市代码 | county in which the lot lies
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: case_no | organisation | L2 | 执行案号 | case number
-- column: court | organisation | L2 | 执行法院 | court
-- column: lot_no | organisation | L2 | 标的物编号 | lot
-- column: asset_type | organisation | L2 | 标的物类型代码 | kind of asset, code
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: plate | organisation | L2 | 号牌号码 | plate
-- column: vin | organisation | L2 | 车辆识别代号 | VIN
-- column: target_usc | organisation | L2 | 标的企业信用代码 | company sold
-- column: debtor_name | general | L2 | 被执行人 | debtor
-- column: debtor_code | identifying | L3 | 被执行人证件号（标识令牌） | debtor ID, a keyed token
-- column: buyer_name | general | L2 | 买受人 | buyer
-- column: buyer_code | identifying | L3 | 买受人证件号（标识令牌） | buyer ID, a keyed token
-- column: appraise_price | organisation | L2 | 评估价（元） | appraised price, yuan
-- column: deal_price | organisation | L2 | 成交价（元） | deal price, yuan
-- column: deal_date | organisation | L2 | 成交日期 | day of the deal
-- column: ruling_date | organisation | L2 | 裁定送达日期（契税纳税义务由此产生） | day on which the ruling was served, from which deed tax is due
-- column: tax_clause | organisation | L2 | 税费负担代码 | tax clause, code
-- column: platform | organisation | L2 | 拍卖平台 | platform
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.case_no,
    r.court,
    r.lot_no,
    r.asset_type,
    r.unit_no,
    r.plate,
    r.vin,
    r.target_usc,
    r.debtor_name,
    r.debtor_code,
    r.buyer_name,
    r.buyer_code,
    r.appraise_price,
    r.deal_price,
    r.deal_date,
    r.ruling_date,
    r.tax_clause,
    r.platform
FROM feeds.crt_auction AS r
