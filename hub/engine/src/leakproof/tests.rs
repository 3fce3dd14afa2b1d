//! The leak-proof list against random predicates and rows.
