//! The stores tried out.

mod durable;
mod opening;
