//! People: names, addresses, contacts and free text (docs/internals/people.md).

pub mod birth;
pub mod contact;
pub mod draw;
pub mod form;
pub mod free_text;
pub mod line;
pub mod lists;
pub mod lot;
pub mod place;
pub mod word_table;
