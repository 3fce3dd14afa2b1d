//! The gateway against a house that is not there, with a real driver.
