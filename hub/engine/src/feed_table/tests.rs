//! Scans of small lakes: what is pruned, what is believed, what is refused.
