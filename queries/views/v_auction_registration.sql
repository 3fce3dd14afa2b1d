-- name: v_auction_registration
-- title_zh: 司法拍卖不动产转移登记
-- title_en: Auctioned real estate and its registration
-- owner: crt
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十一条、第十三条
-- basis: 《不动产登记暂行条例》第二十五条
-- basis: 《中华人民共和国土地增值税暂行条例》第十一条
-- grain_zh: 每个案件每个有不动产单元号的标的物一行
-- grain_en: one row per case and lot that names a real estate unit
-- inputs: crt_auction, nrp_realestate_reg
-- column: county_code | organisation | L1 | 标的物所在县市代码 | county in which the lot lies
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: case_no | organisation | L2 | 执行案号 | case number
-- column: court | organisation | L2 | 执行法院 | court
-- column: lot_no | organisation | L2 | 标的物编号 | lot
-- column: asset_type | organisation | L2 | 标的物类型代码 | kind of asset, code
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: debtor_name | general | L2 | 被执行人 | debtor
-- column: buyer_name | general | L2 | 买受人 | buyer
-- column: buyer_code | identifying | L3 | 买受人证件号（标识令牌） | buyer ID, a keyed token
-- column: deal_price | organisation | L2 | 成交价（元） | deal price, yuan
-- column: deal_date | organisation | L2 | 成交日期 | day of the deal
-- column: ruling_date | organisation | L2 | 裁定送达日期（契税纳税义务由此产生） | day on which the ruling was served, from which deed tax is due
-- column: tax_clause | organisation | L2 | 税费负担代码 | tax clause, code
-- column: is_transferred | organisation | L2 | 成交后是否已因法院裁定办理转移登记 | whether a transfer by court ruling was registered since the deal
-- column: last_reg_date | organisation | L2 | 该单元最近一次因法院裁定转移的登簿日期 | day of the unit's last transfer by court ruling
WITH registered AS (
    SELECT
        g.unit_no,
        MAX(g.reg_date) AS last_reg_date
    FROM feeds.nrp_realestate_reg AS g
    WHERE
        g.reg_kind = '2'
        AND g.transfer_cause = '07'
    GROUP BY g.unit_no
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.case_no,
    r.court,
    r.lot_no,
    r.asset_type,
    r.unit_no,
    r.debtor_name,
    r.buyer_name,
    r.buyer_code,
    r.deal_price,
    r.deal_date,
    r.ruling_date,
    r.tax_clause,
    CASE WHEN g.last_reg_date >= r.deal_date THEN TRUE ELSE FALSE END AS is_transferred,
    g.last_reg_date
FROM feeds.crt_auction AS r
LEFT JOIN registered AS g
    ON g.unit_no = r.unit_no
WHERE r.unit_no IS NOT NULL
