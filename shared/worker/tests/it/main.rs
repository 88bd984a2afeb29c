//! The worker as a master sees it: commands go in, updates come out.

#[cfg_attr(windows, path = "here/windows.rs")]
#[cfg_attr(unix, path = "here/unix.rs")]
mod here;
mod lines;
mod master;

#[cfg(unix)]
mod death;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod msgpack;
#[cfg(unix)]
mod recorded;
#[cfg(unix)]
mod recording;
#[cfg(unix)]
mod session;
#[cfg(unix)]
mod shell;
#[cfg(unix)]
mod transfers;

#[cfg(windows)]
mod windows;
