//! The engine as a whole: worlds of a few files, grants, questions, and what must be the same in all of them.

mod answers;
mod attacks;
mod barrier;
mod by_hand;
mod calls;
mod clients;
mod duties;
mod feeds;
mod granted;
mod grants;
mod keyed;
mod limits;
mod models;
mod names;
mod parity;
mod plain_words;
mod rows;
mod shared;
mod stored;
mod two_worlds;
mod world;
