//! Messages as their peers write them.

mod jobdir;
