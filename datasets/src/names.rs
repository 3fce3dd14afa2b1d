//! Invented names of companies, shops, owners and streets.
//!
//! Some owners carry rare characters that exist only as four bytes in GB18030, as people in the mountains do.

use crate::dice::Dice;
use crate::place::{County, UseClass};
use crate::population::Kind;

const FIRST: [&str; 20] = [
    "云", "青", "白", "金", "玉", "松", "竹", "梅", "星", "月", "晨", "春", "秋", "溪", "岭", "泉", "枫",
    "兰", "石", "霞",
];
const SECOND: [&str; 20] = [
    "鹤", "湾", "坪", "桥", "源", "峰", "林", "丰", "和", "达", "盛", "禾", "岩", "谷", "洲", "塘", "垭",
    "汇", "隆", "宁",
];
const SURNAMES: [&str; 14] = [
    "彭", "向", "田", "龙", "石", "吴", "麻", "杨", "覃", "符", "梁", "尚", "贾", "鲁",
];
const GIVEN: [&str; 16] = [
    "小满", "谷雨", "立秋", "白露", "大寒", "惊蛰", "清明", "芒种", "小雪", "冬至", "春分", "夏至", "处暑",
    "霜降", "立夏", "雨水",
];
const RARE_GIVEN: [&str; 4] = ["䶮", "㛃", "𬭚", "玥㛃"];
const INDUSTRIES_FACTORY: [&str; 6] = ["锰业", "矿业", "建材", "冶炼", "茶业", "酒业"];
const INDUSTRIES_TRADE: [&str; 8] = [
    "商贸",
    "酒店",
    "餐饮",
    "物流",
    "建筑",
    "医药",
    "文化旅游",
    "汽车服务",
];
const SHOPS: [&str; 8] = [
    "商行",
    "经营部",
    "小吃店",
    "米粉馆",
    "百货店",
    "修理铺",
    "服装店",
    "客栈",
];
const FARMS: [&str; 4] = ["茶叶种植", "猕猴桃种植", "生猪养殖", "百合种植"];
const ORGANS: [&str; 5] = ["乡人民政府", "镇人民政府", "街道办事处", "水利站", "林业站"];
const INSTITUTIONS: [&str; 5] = ["中心小学", "初级中学", "卫生院", "敬老院", "文化馆"];
const ELSEWHERE: [&str; 5] = ["湖南", "长沙", "怀化", "重庆", "贵州"];
const WAYS: [&str; 5] = ["路", "街", "巷", "大道", "里"];

/// The registered name.
pub(crate) fn business(dice: &mut Dice, county: &County, class: UseClass, kind: Kind) -> String {
    let brand = brand(dice);
    match (class, kind) {
        (_, Kind::Cooperative) => format!("{}{brand}{}专业合作社", county.name, pick(dice, &FARMS)),
        (UseClass::LargeIndustry, _) => format!("湘西{brand}{}有限公司", pick(dice, &INDUSTRIES_FACTORY)),
        (_, Kind::Company) if dice.chance(60) => {
            format!(
                "湘西（{}）{brand}{}有限责任公司",
                county.short,
                pick(dice, &INDUSTRIES_TRADE)
            )
        }
        (_, Kind::Company) => format!("{}{brand}{}有限公司", county.name, pick(dice, &INDUSTRIES_TRADE)),
        (_, Kind::SelfEmployed) => format!("{}{brand}{}", county.name, pick(dice, &SHOPS)),
    }
}

/// The name as another department happens to have it: mostly the same, sometimes with other brackets, another word for
/// the form of company, a blank in it or a note behind it. Comparisons must see one name.
pub(crate) fn variant(dice: &mut Dice, name: &str) -> String {
    if !dice.chance(30) {
        return name.to_owned();
    }
    match dice.between(0, 4) {
        0 if name.contains('（') => name.replace('（', "(").replace('）', ")"),
        1 if name.ends_with("有限责任公司") => name.replace("有限责任公司", "有限公司"),
        1 if name.ends_with("有限公司") => name.replace("有限公司", "有限责任公司"),
        2 => {
            let (head, tail) = name.split_at(name.char_indices().nth(3).map_or(0, |(at, _)| at));
            format!("{head} {tail}")
        }
        3 => format!("{name}\u{3000}"),
        _ => format!("{name}(已变更)"),
    }
}

/// A brand that nobody registered.
pub(crate) fn brand(dice: &mut Dice) -> String {
    let (first, second) = (pick(dice, &FIRST), pick(dice, &SECOND));
    if dice.chance(500) {
        format!("{first}{second}")
    } else {
        format!("{first}{}{second}", pick(dice, &FIRST))
    }
}

/// A public body of a county; the same number is always the same body.
pub(crate) fn body(dice: &mut Dice, county: &County, organ: bool) -> String {
    let place = format!("{}{}", pick(dice, &FIRST), pick(dice, &SECOND));
    let kind = if organ {
        pick(dice, &ORGANS)
    } else {
        pick(dice, &INSTITUTIONS)
    };
    format!("{}{place}{kind}", county.name)
}

/// A company from elsewhere.
pub(crate) fn outsider(dice: &mut Dice) -> String {
    let trade = pick(dice, &INDUSTRIES_TRADE);
    format!("{}{}{trade}有限公司", pick(dice, &ELSEWHERE), brand(dice))
}

/// A street that is on no map, and a number.
pub(crate) fn address(dice: &mut Dice, county: &County) -> String {
    let street = format!(
        "{}{}{}",
        pick(dice, &FIRST),
        pick(dice, &SECOND),
        pick(dice, &WAYS)
    );
    format!("{}{street}{}号", county.name, dice.between(1, 399))
}

/// A name out of the solar terms.
pub(crate) fn person(dice: &mut Dice) -> String {
    let given = if dice.chance(40) {
        pick(dice, &RARE_GIVEN)
    } else {
        pick(dice, &GIVEN)
    };
    format!("{}{given}", pick(dice, &SURNAMES))
}

pub(crate) fn pick<'a>(dice: &mut Dice, words: &[&'a str]) -> &'a str {
    dice.one_of(words).copied().unwrap_or("")
}
