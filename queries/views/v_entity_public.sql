-- name: v_entity_public
-- title_zh: 经营主体公开登记名录
-- title_en: Entities in the public register
-- owner: amr
-- basis: 《企业信息公示暂行条例》第六条
-- grain_zh: 每份年度名录中每个主体一行
-- grain_en: one row per entity and yearly list
-- inputs: amr_entity_public
-- column: list_year | organisation | L1 | 名录年度 | year of the list
-- column: area | organisation | L1 | 登记所在市州代码（没有填的为空） | prefecture of registration, null where the list has none
-- column: region_code | organisation | L1 | 归属区划代码 | region the row is kept under
-- column: usc_code | organisation | L1 | 统一社会信用代码 | unified social credit code
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: entity_name | organisation | L1 | 企业名称 | entity name
-- column: entity_type | organisation | L1 | 企业类型 | type, as the register words it
-- column: est_date | organisation | L1 | 注册日期 | day of registration
-- column: legal_rep_name | general | L2 | 法定代表人 | legal representative
-- column: reg_capital | organisation | L1 | 注册资金（各自币种的元，不同币种不得相加） | capital in the main unit of its own currency; currencies must not be added
-- column: reg_capital_currency | organisation | L1 | 注册资金币种 | currency of the capital
-- column: reg_capital_multiple | organisation | L1 | 注册资金的书写计量 | multiple the capital is written in
-- column: reg_capital_text | organisation | L1 | 注册资金原文 | capital as written
-- column: business_scope | organisation | L1 | 经营范围 | business scope
-- column: address | identifying | L2 | 注册地址 | registered address
SELECT
    e.period AS list_year,
    e.area,
    e.region_code,
    e.usc_code,
    e.entity_key,
    e.entity_name,
    e.entity_type,
    e.est_date,
    e.legal_rep_name,
    e.reg_capital,
    e.reg_capital_currency,
    e.reg_capital_multiple,
    e.reg_capital_text,
    e.business_scope,
    e.address
FROM feeds.amr_entity_public AS e
