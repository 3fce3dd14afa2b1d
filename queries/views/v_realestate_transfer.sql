-- name: v_realestate_transfer
-- title_zh: 不动产转移登记
-- title_en: Transfers of real estate
-- owner: nrp
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国契税法》第十一条、第十三条
-- basis: 《不动产登记暂行条例》第二十五条
-- basis: 《中华人民共和国土地增值税暂行条例》第十一条
-- grain_zh: 每笔转移登记的每个不动产单元、每个权利人一行
-- grain_en: one row per transfer, unit and right holder
-- inputs: nrp_realestate_reg
-- column: county_code | organisation | L1 | 不动产所在县市代码 | county in which the property lies
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: biz_no | organisation | L2 | 业务号 | business number
-- column: unit_no | organisation | L2 | 不动产单元号 | real estate unit
-- column: cert_no | organisation | L3 | 不动产权证号（标识令牌） | certificate number, a keyed token
-- column: transfer_cause | organisation | L2 | 转移原因代码 | cause of transfer, code
-- column: seller_name | general | L2 | 转出方 | transferor
-- column: seller_id_no | identifying | L3 | 转出方证件号（标识令牌） | transferor ID, a keyed token
-- column: holder_name | general | L2 | 权利人 | right holder
-- column: holder_id_no | identifying | L3 | 权利人证件号（标识令牌） | right holder ID, a keyed token
-- column: holder_seq | organisation | L2 | 权利人序号 | holder sequence
-- column: share_ratio | organisation | L2 | 共有份额 | share
-- column: location | identifying | L3 | 坐落 | location
-- column: room_use | organisation | L2 | 房屋用途代码 | use of the room, code
-- column: planned_use | organisation | L2 | 规划用途代码 | planned use, code
-- column: land_area | organisation | L2 | 土地面积（m²） | land area, square metres
-- column: building_area | organisation | L2 | 建筑面积（m²） | building area, square metres
-- column: inner_area | organisation | L2 | 套内面积（m²） | inner area, square metres
-- column: price | identifying | L3 | 交易价格（元） | price of the deal, yuan
-- column: contract_no | organisation | L2 | 网签合同号 | sales contract
-- column: prev_acquire_date | identifying | L3 | 前手取得日期 | day on which the transferor acquired it
-- column: tax_proof_no | organisation | L3 | 契税凭证号（标识令牌） | deed tax proof, a keyed token
-- column: accept_date | organisation | L2 | 受理日期 | day of acceptance
-- column: reg_date | organisation | L2 | 登簿日期 | day of registration
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.biz_no,
    r.unit_no,
    r.cert_no,
    r.transfer_cause,
    r.seller_name,
    r.seller_id_no,
    r.holder_name,
    r.holder_id_no,
    r.holder_seq,
    r.share_ratio,
    r.location,
    r.room_use,
    r.planned_use,
    r.land_area,
    r.building_area,
    r.inner_area,
    r.price,
    r.contract_no,
    r.prev_acquire_date,
    r.tax_proof_no,
    r.accept_date,
    r.reg_date
FROM feeds.nrp_realestate_reg AS r
WHERE r.reg_kind = '2'
