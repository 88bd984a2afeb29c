//! Unix.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io;

/// The terminal without echo, until dropped.
pub struct Unseen(Termios);

impl Unseen {
    pub fn begin() -> io::Result<Unseen> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Unseen(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // On the way out there is nothing better to do than to try.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}
