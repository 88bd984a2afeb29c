//! UTF-8 that arrives in pieces (§4.4): what is not UTF-8 becomes U+FFFD, and a character may lie across two pieces.

/// Decodes one stream.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The beginning of a character, at most three bytes.
    begun: Vec<u8>,
}

impl Decoder {
    /// Passes the text of `bytes` to `sink`, in pieces of no meaning.
    pub(crate) fn decode(&mut self, mut bytes: &[u8], mut sink: impl FnMut(&str)) {
        while !self.begun.is_empty() {
            let Some((next, rest)) = bytes.split_first() else {
                return;
            };
            self.begun.push(*next);
            match std::str::from_utf8(&self.begun) {
                Ok(character) => {
                    sink(character);
                    self.begun.clear();
                    bytes = rest;
                }
                Err(error) if error.error_len().is_none() => bytes = rest,
                // What had begun is broken off; the byte that shows it may begin something else.
                Err(_) => {
                    sink("\u{fffd}");
                    self.begun.clear();
                }
            }
        }
        loop {
            match std::str::from_utf8(bytes) {
                Ok(text) => return sink(text),
                Err(error) => {
                    let (valid, rest) = bytes.split_at(error.valid_up_to());
                    if let Ok(text) = std::str::from_utf8(valid) {
                        sink(text);
                    }
                    let Some(invalid) = error.error_len() else {
                        self.begun.extend_from_slice(rest);
                        return;
                    };
                    sink("\u{fffd}");
                    bytes = &rest[invalid..];
                }
            }
        }
    }

    /// At the end: what was begun stays broken off.
    pub(crate) fn finish(&mut self, mut sink: impl FnMut(&str)) {
        if !self.begun.is_empty() {
            self.begun.clear();
            sink("\u{fffd}");
        }
    }
}
