//! Commands, seen from outside: what they print, how they end, and that nothing of them stays.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
