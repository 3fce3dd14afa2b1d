//! Payments out of the treasury for goods, works and services.

use std::io;

use super::Request;
use super::actors;
use crate::dice::{Dice, mixed};
use crate::names;
use crate::power::signed;
use crate::sheet::{Care, Sheet};

pub(super) const FIELDS: &[&str] = &[
    "voucher_no",
    "line_no",
    "budget_unit_code",
    "budget_unit_name",
    "func_code",
    "econ_code",
    "payee_name",
    "payee_usc",
    "payee_bank",
    "payee_account",
    "amount",
    "purpose",
    "project_code",
    "contract_no",
    "pay_date",
    "county",
];

/// Payments for goods, works and services; wages and benefits are not in the feed.
pub(super) fn rows(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let population = request.prefecture.population;
    let count = population.scale().businesses() / 5;
    let bodies = actors::bodies(population.scale());
    for at in 0..count {
        let mut dice = Dice::new(mixed(request.seed(), 104 + request.month.stamp()), at);
        let payer = actors::body(request.seed(), dice.between(0, bodies - 1));
        let payee = population.business(dice.between(0, population.scale().businesses() - 1));
        // Much is paid before a quarter ends.
        let late = request.month.number().is_multiple_of(3) && dice.chance(400);
        let day = if late {
            dice.between(24, 28)
        } else {
            dice.between(1, 28)
        };
        let (econ, purpose) = dice
            .weighted(&[
                (30, ("30201", "办公用品")),
                (20, ("30213", "房屋维修")),
                (20, ("30227", "委托业务")),
                (15, ("31005", "基础设施建设")),
                (15, ("31003", "专用设备购置")),
            ])
            .unwrap_or(("30201", "办公用品"));
        let row = sheet.row();
        row.text(&format!("支{}{:08}", request.label, at / 2))
            .number(signed(at % 2 + 1))
            .text(payer.code.get(9..17).unwrap_or("00000000"))
            .text(&payer.name)
            .text("2010301")
            .text(econ)
            .text(&names::variant(&mut dice, &payee.name()));
        if dice.chance(250) {
            row.text(&payee.credit_code());
        } else {
            row.empty();
        }
        row.text("某银行某支行")
            .text(&format!("8201{:012}", payee.index))
            .number(signed(dice.skewed(3_200_000).max(100)))
            .text(purpose)
            .empty()
            .empty()
            .day(request.month.day(day))
            .text(payer.county.code);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}
