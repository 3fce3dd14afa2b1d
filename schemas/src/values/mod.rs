//! Reading what people type into cells: numbers, dates, flags. Exact throughout; no floats anywhere.

mod capitals;
pub mod date;
pub mod decimal;
pub mod flag;
pub mod money;
pub mod unit_line;
pub mod units;
pub mod width;
