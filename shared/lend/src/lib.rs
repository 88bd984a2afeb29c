//! Keeps workers on their masters.
