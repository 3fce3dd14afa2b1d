//! The sources of this hub: read from the folder of the settings, held against the contracts, and given the counter at
//! which their parcels become submissions. Not here: how a source works (`sources`).

mod counter;
mod load;
mod periods;

pub use counter::RoadCounter;
pub use load::load;
