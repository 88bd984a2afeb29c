//! How states, times and tables look in a terminal: the same shapes and words as in the window.

pub mod mark;
pub mod name;
pub mod plain;
pub mod table;
pub mod terminal;
pub mod time;
