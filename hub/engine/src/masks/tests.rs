//! Masks on arbitrary texts: never an error, always the type, nothing beyond what they promise.
