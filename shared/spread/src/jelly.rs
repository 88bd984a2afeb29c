//! Jelly: typed values in banana.
