//! The tax side's own feeds: declarations, payments and invoice totals.

use std::io;

use super::Request;
use super::dues::{Due, declared, sales};
use super::{deals, land, leaf};
use crate::dice::{Dice, mixed};
use crate::money::{Payment, millionths};
use crate::population::{Business, Kind, VatType};
use crate::power::signed;
use crate::sheet::{Care, Sheet};

pub(super) const DECLARATION: &[&str] = &[
    "taxpayer_seq",
    "taxpayer_id",
    "tax_code",
    "item_code",
    "period_from",
    "period_to",
    "form_seq",
    "sales_taxable",
    "sales_exempt",
    "tax_base",
    "rate",
    "tax_due",
    "relief_amount",
    "prepaid",
    "tax_payable",
    "declare_date",
    "correction_flag",
    "source_no",
    "county",
];

pub(super) const COLLECTION: &[&str] = &[
    "cert_no",
    "line_no",
    "taxpayer_seq",
    "taxpayer_id",
    "tax_code",
    "item_code",
    "period_from",
    "period_to",
    "kind",
    "amount",
    "paid_date",
    "treasury_date",
    "budget_subject",
    "budget_level",
    "lead_no",
    "county",
];

pub(super) const INVOICE: &[&str] = &[
    "taxpayer_seq",
    "taxpayer_id",
    "month",
    "direction",
    "invoice_kind",
    "count",
    "amount",
    "tax",
    "void_count",
    "red_count",
    "red_amount",
    "county",
];

/// The day on which a business declares, and whether it pays a month late.
fn habits(request: &Request<'_>, business: &Business, back: i32) -> (u64, bool) {
    let throw = mixed(
        request.seed() ^ business.index.rotate_left(24),
        request.month.plus(-back).stamp() + 77,
    );
    (1 + throw % 15, (throw / 16).is_multiple_of(50))
}

/// Lines declared in the month.
pub(super) fn declarations(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let mut dues = Vec::new();
    for business in request.prefecture.population.businesses() {
        let cast = request.prefecture.is_cast(business.index);
        declared(request.seed(), &business, request.month, cast, &mut dues);
        let (day, _) = habits(request, &business, 0);
        let day = request.month.day(day);
        if dues.is_empty() {
            continue;
        }
        let (code, file_number) = (business.credit_code(), business.file_number());
        for (form, due) in (1..).zip(&dues) {
            let exempt = due.relief == due.tax_due && due.relief > 0;
            let row = sheet.row();
            row.text(&file_number)
                .text(&code)
                .text(due.tax)
                .text(due.item)
                .day(due.from)
                .day(due.to)
                .number(form)
                .number(if exempt { 0 } else { signed(due.sales) })
                .number(if exempt { signed(due.sales) } else { 0 })
                .number(signed(due.base))
                .number(signed(due.rate))
                .number(signed(due.tax_due))
                .number(signed(due.relief))
                .number(0)
                .number(signed(due.payable()))
                .day(day)
                .text("N")
                .empty()
                .text(business.county.code);
            sheet.push(Care::Ordinary)?;
        }
    }
    Ok(())
}

/// Lines paid in the month: what was declared, what was late, and what belongs to contracts and leaf.
pub(super) fn collection(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let prefecture = request.prefecture;
    let mut dues = Vec::new();
    for business in prefecture.population.businesses() {
        let cast = prefecture.is_cast(business.index);
        let (day, late) = habits(request, &business, 0);
        if !late {
            declared(request.seed(), &business, request.month, cast, &mut dues);
            paid(request, &business, &dues, day, false, sheet)?;
        }
        if habits(request, &business, 1).1 {
            declared(request.seed(), &business, request.month.plus(-1), cast, &mut dues);
            paid(request, &business, &dues, day, true, sheet)?;
        }
    }
    let month = request.month;
    let told = [
        land::payments(prefecture, month),
        deals::payments(prefecture, month),
        leaf::payments(prefecture, month),
    ];
    for (nth, payment) in (1..).zip(told.iter().flatten()) {
        special(request, nth, payment, sheet)?;
    }
    Ok(())
}

fn paid(
    request: &Request<'_>,
    business: &Business,
    dues: &[Due],
    day: u64,
    late: bool,
    sheet: &mut Sheet<'_>,
) -> io::Result<()> {
    let (code, file_number) = (business.credit_code(), business.file_number());
    for (nth, due) in (0_u64..).zip(dues.iter().filter(|due| due.payable() > 0)) {
        let certificate = format!(
            "3199{}{:08}{:02}",
            request.label,
            business.index,
            nth * 2 + u64::from(late)
        );
        let payable = signed(due.payable());
        // Central and local share; the rest is the county's alone.
        let shared = matches!(due.tax, "10101" | "10104");
        let central = if shared { payable / 2 } else { 0 };
        let fee = if late {
            signed(millionths(due.payable(), 15_000))
        } else {
            0
        };
        let lines = [
            ("1", central, "1"),
            ("1", payable - central, "4"),
            ("2", fee, "4"),
        ];
        for (line, (kind, amount, level)) in (1..).zip(lines.into_iter().filter(|line| line.1 > 0)) {
            let paid_on = request.month.day(day + 2);
            sheet
                .row()
                .text(&certificate)
                .number(line)
                .text(&file_number)
                .text(&code)
                .text(due.tax)
                .text(due.item)
                .day(due.from)
                .day(due.to)
                .text(kind)
                .number(amount)
                .day(paid_on)
                .maybe_day(paid_on.succ_opt())
                .text(due.item)
                .text(level)
                .empty()
                .text(business.county.code);
            sheet.push(Care::Ordinary)?;
        }
    }
    Ok(())
}

fn special(request: &Request<'_>, nth: u64, payment: &Payment, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let row = sheet.row();
    row.text(&format!("3199{}9{nth:09}", request.label))
        .number(1)
        .text(&payment.file_number);
    // Offices and companies begin with the office that registered them, people with where they were born.
    if payment.taxpayer.starts_with("433") {
        row.person(&payment.taxpayer);
    } else {
        row.text(&payment.taxpayer);
    }
    row.text(payment.tax)
        .empty()
        .day(payment.from)
        .day(payment.to)
        .text(payment.kind)
        .number(payment.amount)
        .day(payment.paid)
        .maybe_day(payment.paid.succ_opt())
        .text(payment.tax)
        .text("4")
        .empty()
        .text(payment.county);
    sheet.push(Care::Kept)
}

/// Invoices issued and received in the month.
pub(super) fn invoices(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for business in request.prefecture.population.businesses() {
        let issues = business.kind == Kind::Company || business.index.is_multiple_of(12);
        if !issues {
            continue;
        }
        let mut dice = Dice::new(mixed(request.seed(), 61 + request.month.stamp()), business.index);
        let sold = sales(request.seed(), &business, request.month);
        let (kind, rate) = match business.vat {
            VatType::General => ("81", 130_000),
            VatType::Small | VatType::Fixed => ("82", 10_000),
        };
        let bought = sold * dice.between(45, 85) / 100;
        let lines = [("O", kind, sold, rate), ("I", "81", bought, 130_000)];
        for (direction, kind, amount, rate) in lines {
            let red = if dice.chance(30) { amount / 50 } else { 0 };
            sheet
                .row()
                .text(&business.file_number())
                .text(&business.credit_code())
                .text(request.label)
                .text(direction)
                .text(kind)
                .number(signed(amount / 800_000 + 1))
                .number(signed(amount))
                .number(signed(millionths(amount, rate)))
                .number(signed(dice.between(0, 2)))
                .number(i64::from(red > 0))
                .number(-signed(red))
                .text(business.county.code);
            sheet.push(Care::Ordinary)?;
        }
    }
    Ok(())
}
