//! What may be asked and how it is read: one line of SQL, one expectation.
