//! Views over typed inputs: what opens, what is not total once types are known, and where columns come from.
