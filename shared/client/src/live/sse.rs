//! Server-sent events (`live-events` §2): bytes as they come, messages as they end.

use super::LARGEST;

/// One message of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What its `event` field says; empty when it has none.
    pub event: String,
    /// Its `data` fields, with a newline between them.
    pub data: String,
}

/// A message is larger than anything that makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of more than {LARGEST} bytes")]
pub struct TooLarge;

/// What has come of messages that are not over yet.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    event: String,
    data: String,
    any: bool,
    /// The last line ended in a carriage return: a line feed that follows belongs to it.
    after_return: bool,
}

impl Parser {
    /// Takes in what came and gives the messages that are complete with it. After an error the stream makes no sense.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Message>, TooLarge> {
        let mut messages = Vec::new();
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_return) && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(rest);
                break;
            };
            self.line.extend_from_slice(&rest[..end]);
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            messages.extend(self.end_of_line());
            self.check()?;
        }
        self.check()?;
        Ok(messages)
    }

    fn check(&self) -> Result<(), TooLarge> {
        if self.line.len() + self.data.len() + self.event.len() > LARGEST {
            return Err(TooLarge);
        }
        Ok(())
    }

    /// A field, a comment, or the empty line that ends a message.
    fn end_of_line(&mut self) -> Option<Message> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let message = Message {
                event: std::mem::take(&mut self.event),
                data: std::mem::take(&mut self.data),
            };
            return std::mem::take(&mut self.any).then_some(message);
        }
        let line = String::from_utf8_lossy(&line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                if self.any {
                    self.data.push('\n');
                }
                self.any = true;
                self.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(event: &str, data: &str) -> Message {
        Message {
            event: event.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn messages_as_they_are_written() {
        for (text, messages) in [
            ("event: handshake\ndata: 4b-a7\n\n", vec![message("handshake", "4b-a7")]),
            ("data:a\r\n\r\ndata: b\r\r", vec![message("", "a"), message("", "b")]),
            ("data: a\ndata\ndata:  b\n\n", vec![message("", "a\n\n b")]),
            (": here\n\nretry: 5\nid: 7\n\nevent: event\n\n", vec![]),
            ("data: unfinished\n", vec![]),
        ] {
            assert_eq!(Parser::default().push(text.as_bytes()), Ok(messages), "{text:?}");
        }
    }

    #[test]
    fn an_endless_message_is_refused() {
        let mut parser = Parser::default();
        let line = [b'x'; 1 << 16];
        let refused = (0..1000).find(|_| parser.push(&line).is_err());
        assert_eq!(refused, Some(LARGEST / line.len()));
        let mut parser = Parser::default();
        let field = format!("data: {}\n", "x".repeat(1 << 16));
        assert!((0..1000).any(|_| parser.push(field.as_bytes()).is_err()));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_are_cut(text in "((event|data|id|x): ?[ab:]{0,3}(\n|\r|\r\n)|\n|\r\n|\r){0,20}", cuts in proptest::collection::vec(0usize..200, 0..8)) {
            let whole = Parser::default().push(text.as_bytes());
            let mut parser = Parser::default();
            let mut cut = Vec::new();
            let mut at = 0;
            let mut ends: Vec<usize> = cuts.into_iter().map(|end| end.min(text.len())).collect();
            ends.push(text.len());
            ends.sort_unstable();
            for end in ends {
                cut.extend(parser.push(&text.as_bytes()[at..end]).expect("small"));
                at = end;
            }
            prop_assert_eq!(whole, Ok(cut));
        }

        #[test]
        fn no_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            let _ = Parser::default().push(&bytes);
        }
    }
}
