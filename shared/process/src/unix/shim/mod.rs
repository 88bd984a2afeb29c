//! The shim: a small process between us and a command.
//!
//! It is started first, then told what to run through a socket. It becomes the reaper of everything below it, starts the
//! command, and reports. When it is ordered to, or when the socket closes because the process at its other end is gone,
//! it kills children until it has none left: orphans of any depth become its children in turn, and a child that it has
//! not reaped cannot change its number.
//!
//! To start a large program anew costs more than many a command, so shims are forked by one process that was started
//! once, see `fork`. They do not need it afterwards.

mod below;
mod fork;
mod message;
mod signals;
mod watch;

pub(crate) use message::{Order, REPORT_SIZE, Report, Request};

/// The argument that turns a program into the parent of shims.
pub const SHIM_ARGUMENT: &str = "process-shim";

/// What a program must do when its first argument is [`SHIM_ARGUMENT`]: before it starts a thread, and before anything
/// that takes time.
pub fn shim_main() -> ! {
    let code = match fork::serve() {
        Ok(()) => 0,
        Err(_) => 1,
    };
    std::process::exit(code)
}
