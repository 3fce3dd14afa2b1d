//! Views that load, and texts that do not with the reason.
