//! The engine as a whole: worlds of a few files, grants, questions, and what must be the same in all of them.

mod answers;
mod barrier;
mod by_hand;
mod limits;
mod surface;
mod world;
