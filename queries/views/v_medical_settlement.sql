-- name: v_medical_settlement
-- title_zh: 定点医药机构医保结算
-- title_en: Medical insurance settlements by institution
-- owner: mib
-- basis: 《中华人民共和国税收征收管理法》第五条、第六条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条
-- basis: 《中华人民共和国个人信息保护法》第六条、第二十八条（患者信息不得报送）
-- grain_zh: 每个机构每月每类基金、每类业务一行
-- grain_en: one row per institution, month, fund and kind of business
-- inputs: mib_settlement
-- column: county_code | organisation | L1 | 机构所在县市代码 | county of the institution
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: inst_code | organisation | L2 | 定点机构编码 | code of the institution
-- column: usc_code | organisation | L2 | 统一社会信用代码 | credit code
-- column: inst_name | organisation | L2 | 机构名称 | institution
-- column: inst_kind | organisation | L2 | 机构类别代码 | kind of institution, code
-- column: fund_type | organisation | L2 | 基金类别代码 | fund, code
-- column: biz_type | organisation | L2 | 业务类别代码 | kind of business, code
-- column: settle_month | organisation | L1 | 结算月份（YYYYMM） | month of settlement, YYYYMM
-- column: visits | organisation | L2 | 人次 | visits
-- column: total_fee | organisation | L2 | 总费用（元） | total fee, yuan
-- column: fund_pay | organisation | L2 | 基金支付（元） | paid by the fund, yuan
-- column: account_pay | organisation | L2 | 个人账户支付（元） | paid from accounts, yuan
-- column: self_pay | organisation | L2 | 个人自付（元） | paid by patients, yuan
-- column: deducted | organisation | L2 | 拒付金额（元） | refused, yuan
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.inst_code,
    r.usc_code,
    r.inst_name,
    r.inst_kind,
    r.fund_type,
    r.biz_type,
    r.settle_month,
    r.visits,
    r.total_fee,
    r.fund_pay,
    r.account_pay,
    r.self_pay,
    r.deducted
FROM feeds.mib_settlement AS r
