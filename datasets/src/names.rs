//! Invented names of companies, shops, owners and streets.
//!
//! Some owners carry rare characters that exist only as four bytes in GB18030, as people in the mountains do.

use crate::dice::Dice;
use crate::place::{County, UseClass};

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
const WAYS: [&str; 5] = ["路", "街", "巷", "大道", "里"];

/// The name on the bill.
pub(crate) fn customer(dice: &mut Dice, county: &County, class: UseClass, kind: char) -> String {
    let brand = format!("{}{}", pick(dice, &FIRST), pick(dice, &SECOND));
    match (class, kind) {
        // The meter of a shop often runs under its landlord's name.
        (UseClass::Commercial | UseClass::Lighting, '2') if dice.chance(180) => person(dice),
        (UseClass::Farming, '3') => format!("{}{brand}{}专业合作社", county.name, pick(dice, &FARMS)),
        (UseClass::LargeIndustry, _) => format!("湘西{brand}{}有限公司", pick(dice, &INDUSTRIES_FACTORY)),
        // The bracket is full width in one file and half width in the next; models must see one name.
        (_, '1') if dice.chance(60) => {
            format!(
                "湘西（{}）{brand}{}有限责任公司",
                county.short,
                pick(dice, &INDUSTRIES_TRADE)
            )
        }
        (_, '1') => format!("{}{brand}{}有限公司", county.name, pick(dice, &INDUSTRIES_TRADE)),
        _ => format!("{}{brand}{}", county.name, pick(dice, &SHOPS)),
    }
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

fn person(dice: &mut Dice) -> String {
    let given = if dice.chance(40) {
        pick(dice, &RARE_GIVEN)
    } else {
        pick(dice, &GIVEN)
    };
    format!("{}{given}", pick(dice, &SURNAMES))
}

fn pick<'a>(dice: &mut Dice, words: &[&'a str]) -> &'a str {
    dice.one_of(words).copied().unwrap_or("")
}
