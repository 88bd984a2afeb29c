//! How large a terminal is.

use rustix::termios::tcgetwinsize;
use std::os::fd::AsFd;

/// Where a terminal does not say it.
const USUAL: (usize, usize) = (24, 80);

/// Its rows and columns.
pub fn size(of: impl AsFd) -> (usize, usize) {
    match tcgetwinsize(of) {
        Ok(size) if size.ws_row > 0 && size.ws_col > 0 => (size.ws_row.into(), size.ws_col.into()),
        _ => USUAL,
    }
}
