//! The list of functions: what is on it, what must not be, and that no call outgrows its cap.
