//! The document as it is written. Filled in with the loader.
