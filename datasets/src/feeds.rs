//! The feeds of the prefecture: their columns, their departments' habits, and who writes their rows.

mod actors;
mod contracts;
pub(crate) mod deals;
mod dues;
mod events;
mod homes;
pub(crate) mod land;
pub(crate) mod leaf;
mod meters;
mod registers;
mod taxes;
mod treasury;
mod vehicles;
mod welfare;

use std::io;

use crate::calendar::Month;
use crate::file::Charset;
use crate::place::County;
use crate::power;
use crate::prefecture::Prefecture;
use crate::sheet::Sheet;

/// A feed that the prefecture can report.
pub(crate) struct Feed {
    pub id: &'static str,
    /// Field names of the contract, in the order of the file.
    pub fields: &'static [&'static str],
    pub charset: Charset,
    /// Each county reports for itself.
    pub by_county: bool,
    /// Amounts come in ten thousand yuan, as the header says.
    pub wan: bool,
    /// Months of payment follow the last month reported.
    pub tail: bool,
    /// One county forgets one month.
    pub forgets: bool,
    /// Months in which there is anything to report.
    pub only: fn(Month) -> bool,
    pub rows: fn(&Request<'_>, &mut Sheet<'_>) -> io::Result<()>,
}

/// What is asked of a feed.
pub(crate) struct Request<'a> {
    pub prefecture: &'a Prefecture,
    /// The month, or the first one of a longer period.
    pub month: Month,
    pub label: &'a str,
    /// The county that reports; `None` for the prefecture.
    pub county: Option<County>,
}

impl Feed {
    /// Counties take turns, the prefecture's offices have one charset each.
    pub fn charset_of(&self, unit: &str) -> Charset {
        match unit.bytes().last() {
            Some(digit) if self.by_county && digit % 2 == 1 => Charset::Gb18030,
            _ => self.charset,
        }
    }
}

impl Request<'_> {
    pub fn seed(&self) -> u64 {
        self.prefecture.population.seed()
    }
}

const PLAIN: Feed = Feed {
    id: "",
    fields: &[],
    charset: Charset::Utf8,
    by_county: false,
    wan: false,
    tail: false,
    forgets: false,
    only: |_| true,
    rows: |_, _| Ok(()),
};

pub(crate) static FEEDS: &[Feed] = &[
    Feed {
        id: "pow_usage",
        fields: &power::FIELDS,
        charset: Charset::Gb18030,
        rows: |request, sheet| {
            let population = request.prefecture.population;
            // Three of five have a meter of their own or share one of two.
            let accounts =
                (0..population.scale().businesses() * 3 / 5).map(|index| population.account(index));
            power::rows(sheet, request.seed(), request.month, accounts)
        },
        ..PLAIN
    },
    Feed {
        id: "amr_entity_reg",
        fields: registers::ENTITY,
        charset: Charset::Utf8Bom,
        rows: registers::entities,
        ..PLAIN
    },
    Feed {
        id: "tax_registration",
        fields: registers::TAXPAYER,
        rows: registers::taxpayers,
        ..PLAIN
    },
    Feed {
        id: "amr_equity_change",
        fields: events::EQUITY,
        charset: Charset::Utf8Bom,
        rows: events::equity,
        ..PLAIN
    },
    Feed {
        id: "nrp_land_grant",
        fields: land::FIELDS,
        wan: true,
        rows: land::rows,
        ..PLAIN
    },
    Feed {
        id: "nrp_realestate_reg",
        fields: homes::REGISTERED,
        charset: Charset::Gb18030,
        rows: homes::registered,
        ..PLAIN
    },
    Feed {
        id: "hud_new_contract",
        fields: homes::CONTRACT,
        by_county: true,
        rows: homes::contracts,
        ..PLAIN
    },
    Feed {
        id: "hud_construction_permit",
        fields: events::PERMIT,
        charset: Charset::Gb18030,
        wan: true,
        rows: events::permits,
        ..PLAIN
    },
    Feed {
        id: "prt_deal",
        fields: contracts::DEAL,
        wan: true,
        rows: deals::deals,
        ..PLAIN
    },
    Feed {
        id: "fin_procurement",
        fields: contracts::PROCUREMENT,
        by_county: true,
        rows: deals::procurement,
        ..PLAIN
    },
    Feed {
        id: "fin_treasury_payment",
        fields: treasury::FIELDS,
        rows: treasury::rows,
        ..PLAIN
    },
    Feed {
        id: "wat_supply",
        fields: meters::SUPPLY,
        by_county: true,
        forgets: true,
        rows: meters::supply,
        ..PLAIN
    },
    Feed {
        id: "wat_intake",
        fields: meters::INTAKE,
        charset: Charset::Gb18030,
        rows: meters::intake,
        ..PLAIN
    },
    Feed {
        id: "psb_vehicle",
        fields: vehicles::FIELDS,
        charset: Charset::Gb18030,
        rows: vehicles::rows,
        ..PLAIN
    },
    Feed {
        id: "hrs_si_insured",
        fields: welfare::INSURED,
        rows: welfare::insured,
        ..PLAIN
    },
    Feed {
        id: "mib_settlement",
        fields: welfare::SETTLEMENT,
        rows: welfare::settlements,
        ..PLAIN
    },
    Feed {
        id: "crt_auction",
        fields: events::AUCTION,
        rows: events::auctions,
        ..PLAIN
    },
    Feed {
        id: "tob_leaf",
        fields: leaf::FIELDS,
        only: leaf::in_season,
        rows: leaf::rows,
        ..PLAIN
    },
    Feed {
        id: "tax_declaration",
        fields: taxes::DECLARATION,
        rows: taxes::declarations,
        ..PLAIN
    },
    Feed {
        id: "tax_collection",
        fields: taxes::COLLECTION,
        tail: true,
        rows: taxes::collection,
        ..PLAIN
    },
    Feed {
        id: "tax_invoice_sum",
        fields: taxes::INVOICE,
        rows: taxes::invoices,
        ..PLAIN
    },
];
