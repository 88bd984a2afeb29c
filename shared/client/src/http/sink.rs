//! Where the body of a success goes, piece by piece.

use crate::Error;
use serde::de::IgnoredAny;

/// Takes a body as it comes.
pub(crate) trait Sink: Send {
    /// The body begins, perhaps again.
    fn restart(&mut self);

    /// The next piece; whether more is wanted.
    fn take(&mut self, piece: &[u8]) -> Result<bool, Error>;

    /// Whether what came is all of it. A busy master may close the connection early, without a length to tell by.
    fn is_whole(&self) -> bool;
}

/// Keeps a body as it is.
pub(crate) struct Whole {
    /// What came.
    pub(crate) bytes: Vec<u8>,
    most: usize,
    json: bool,
}

impl Whole {
    /// JSON that may have this many bytes.
    pub(crate) fn json(most: usize) -> Whole {
        Whole {
            bytes: Vec::new(),
            most,
            json: true,
        }
    }

    /// A page of which this many bytes are enough.
    pub(crate) fn start(most: usize) -> Whole {
        Whole {
            json: false,
            ..Whole::json(most)
        }
    }
}

impl Sink for Whole {
    fn restart(&mut self) {
        self.bytes = Vec::new();
    }

    fn take(&mut self, piece: &[u8]) -> Result<bool, Error> {
        let room = self.most - self.bytes.len();
        if piece.len() <= room {
            self.bytes.extend_from_slice(piece);
            return Ok(true);
        }
        if self.json {
            return Err(Error::TooBig(format!("it is larger than {} MiB", self.most >> 20)));
        }
        self.bytes.extend_from_slice(&piece[..room]);
        Ok(false)
    }

    fn is_whole(&self) -> bool {
        let looks_like_json = matches!(self.bytes.trim_ascii_start().first(), Some(b'{' | b'['));
        if !self.json || (!looks_like_json && !self.bytes.is_empty()) {
            return true;
        }
        let read = serde_json::from_slice::<IgnoredAny>(&self.bytes);
        !read.is_err_and(|error| error.is_eof())
    }
}
