//! How much of another program's bytes is looked at.

use std::time::Duration;

/// A message's bytes. Its largest regular parts are a block of a file, at most 640 KiB, and the names in a folder.
pub(super) const MESSAGE: usize = 16 * 1024 * 1024;

/// Values in a message. A value takes 32 bytes of memory, even if it took one in the message.
pub(super) const VALUES: usize = 1 << 20;

/// Lists in lists.
pub(super) const DEPTH: usize = 64;

/// Keys of a message itself.
pub(super) const FIELDS: usize = 32;

/// What we put into one message, if it can be cut at all: the original's own messages are smaller than this.
pub(super) const OUR_MESSAGE: usize = 512 * 1024;

/// Requests that the other side has not answered yet. More are not sent, so that a slow reader slows us down.
pub(super) const UNANSWERED: usize = 256;

/// Our answers that wait to be sent. Who asks so much without reading the answers is not listened to any more.
pub(super) const UNREAD: usize = 4096;

/// An HTTP head's bytes.
pub(super) const HEAD: usize = 16 * 1024;

/// From connecting to the end of the HTTP exchange.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(20);

/// For sending what is left when we leave.
pub(super) const GOODBYE: Duration = Duration::from_secs(5);
