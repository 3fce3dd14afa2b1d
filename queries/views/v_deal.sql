-- name: v_deal
-- title_zh: 公共资源交易成交
-- title_en: Public resource deals
-- owner: prt
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- grain_zh: 每个标段每个中标人一行
-- grain_en: one row per lot and winner
-- inputs: prt_deal
-- column: county_code | organisation | L1 | 履约地县市代码 | county in which the deal is carried out
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: lot_no | organisation | L2 | 标段编号 | lot
-- column: project_no | organisation | L2 | 项目编号 | project number
-- column: project_code | organisation | L2 | 项目代码 | project code
-- column: trade_type | organisation | L2 | 交易类型代码 | kind of deal, code
-- column: tenderer_usc | organisation | L2 | 招标人信用代码 | credit code of the tenderer
-- column: tenderer_name | organisation | L2 | 招标人 | tenderer
-- column: winner_usc | organisation | L2 | 中标人信用代码 | credit code of the winner
-- column: winner_name | organisation | L2 | 中标人 | winner
-- column: share_ratio | organisation | L2 | 联合体份额 | share
-- column: deal_price | organisation | L2 | 成交价（元；费率报价时为费率） | price, yuan; a rate if the price is one
-- column: price_is_rate | organisation | L2 | 是否费率报价 | price is a rate
-- column: deal_date | organisation | L2 | 成交日期 | day of the deal
-- column: notice_date | organisation | L2 | 公告日期 | day of the notice
-- column: contract_no | organisation | L2 | 合同编号 | contract number
-- column: winner_home_division | organisation | L2 | 中标人注册地 | winner registered in
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.lot_no,
    r.project_no,
    r.project_code,
    r.trade_type,
    r.tenderer_usc,
    r.tenderer_name,
    r.winner_usc,
    r.winner_name,
    r.share_ratio,
    r.deal_price,
    r.price_is_rate,
    r.deal_date,
    r.notice_date,
    r.contract_no,
    r.winner_home_division
FROM feeds.prt_deal AS r
