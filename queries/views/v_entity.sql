-- name: v_entity
-- title_zh: 经营主体
-- title_en: Registered entities
-- owner: amr
-- basis: 《中华人民共和国税收征收管理法》第六条、第十五条
-- basis: 《中华人民共和国税收征收管理法实施细则》第四条、第十一条
-- basis: 国税发〔2003〕81号
-- grain_zh: 每个经营主体一行，取最近一次核准
-- grain_en: one row per entity, as of its newest approval
-- inputs: amr_entity_reg
-- column: county_code | organisation | L1 | 住所所在县市代码 | county of the domicile
-- column: entity_key | organisation | L3 | 主体标识（校验通过的信用代码） | entity key: a credit code that passed its check
-- column: match_tier | organisation | L1 | 主体匹配等级 | how the entity key was found
-- column: usc_code | organisation | L1 | 统一社会信用代码 | credit code
-- column: reg_no | organisation | L1 | 原注册号 | former number
-- column: entity_name | organisation | L1 | 主体名称（个体户字号可能含人名） | name of the entity; a sole trader's may hold a person's name
-- column: entity_type | organisation | L1 | 主体类型 | entity type
-- column: legal_rep_name | general | L2 | 法定代表人 | legal representative
-- column: legal_rep_id_type | general | L2 | 证件类型代码 | ID document kind, code
-- column: legal_rep_id_no | identifying | L3 | 证件号码（标识令牌） | ID document number, a keyed token
-- column: phone | identifying | L3 | 联系电话 | phone
-- column: reg_capital | organisation | L1 | 注册资本（币种见币种栏） | registered capital, in the currency beside it
-- column: currency | organisation | L1 | 币种代码 | currency, code
-- column: est_date | organisation | L1 | 成立日期 | day of establishment
-- column: approve_date | organisation | L1 | 最近核准日期 | day of the newest approval
-- column: valid_from | organisation | L1 | 经营期限起 | valid from
-- column: valid_to | organisation | L1 | 经营期限止 | valid to
-- column: industry_code | organisation | L1 | 行业代码（GB/T 4754） | industry, GB/T 4754
-- column: business_scope | organisation | L1 | 经营范围 | business scope
-- column: address | identifying | L2 | 住所 | domicile
-- column: reg_authority | organisation | L1 | 登记机关 | registrar
-- column: status | organisation | L1 | 登记状态代码 | status, code
WITH newest AS (
    SELECT
        s.entity_key,
        MAX(s.approve_date) AS approve_date
    FROM feeds.amr_entity_reg AS s
    GROUP BY
        s.entity_key
),
-- A county's own file goes before the prefecture's.
chosen AS (
    SELECT
        s.entity_key,
        s.approve_date,
        MAX(s.reporting_unit) AS reporting_unit
    FROM feeds.amr_entity_reg AS s
    JOIN newest AS n
        ON n.entity_key = s.entity_key AND n.approve_date = s.approve_date
    GROUP BY
        s.entity_key,
        s.approve_date
)
SELECT
    r.county_code,
    r.entity_key,
    r.match_tier,
    r.usc_code,
    r.reg_no,
    r.entity_name,
    r.entity_type,
    r.legal_rep_name,
    r.legal_rep_id_type,
    r.legal_rep_id_no,
    r.phone,
    r.reg_capital,
    r.currency,
    r.est_date,
    r.approve_date,
    r.valid_from,
    r.valid_to,
    r.industry_code,
    r.business_scope,
    r.address,
    r.reg_authority,
    r.status
FROM feeds.amr_entity_reg AS r
JOIN chosen AS c
    ON c.entity_key = r.entity_key AND c.approve_date = r.approve_date
    AND c.reporting_unit = r.reporting_unit
