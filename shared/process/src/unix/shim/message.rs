//! What passes between us and a shim. Both are the same program, so there are no versions.

use crate::Command;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// A report or an order: one byte of kind, four of number.
pub(crate) const REPORT_SIZE: usize = 5;

/// To the shim, once: what to run. Its streams come along as descriptors.
pub(crate) struct Request(pub(crate) Command);

/// To the shim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// To the command's group.
    Signal(i32),
    /// Kill all and leave.
    End,
}

/// From the shim. Its end means that nothing is left below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The command runs, with this process number.
    Started(i32),
    /// It does not, with this error number.
    Failed(i32),
    /// Its own process ended with this status.
    Exited(i32),
    /// Its own process ended by this signal.
    Signalled(i32),
}

impl From<&Command> for Request {
    fn from(command: &Command) -> Request {
        let mut command = command.clone();
        command.stdin = None;
        Request(command)
    }
}

impl Request {
    /// Texts, each with its length before it: whether it wants a terminal, folder, number of words, words, environment.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Request(command) = self;
        let mut out = vec![u8::from(command.pty)];
        let mut put = |text: &[u8]| {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text);
        };
        put(command.cwd.as_os_str().as_bytes());
        put(command.argv.len().to_string().as_bytes());
        command.argv.iter().for_each(|word| put(word.as_bytes()));
        for (name, value) in &command.env {
            put(name.as_bytes());
            put(value.as_bytes());
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> io::Result<Request> {
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let (pty, mut rest) = bytes.split_first().ok_or_else(broken)?;
        let mut texts = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk() {
            let length = u32::from_le_bytes(*length) as usize;
            let (text, after) = after.split_at_checked(length).ok_or_else(broken)?;
            texts.push(OsString::from_vec(text.to_vec()));
            rest = after;
        }
        let mut texts = texts.into_iter();
        let cwd = texts.next().ok_or_else(broken)?.into();
        let words = texts.next().and_then(|n| n.to_str()?.parse().ok()).ok_or_else(broken)?;
        let argv: Vec<OsString> = texts.by_ref().take(words).collect();
        if argv.is_empty() {
            return Err(broken());
        }
        let mut env = Vec::new();
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            env.push((name, value));
        }
        Ok(Request(Command {
            argv,
            env,
            cwd,
            stdin: None,
            pty: *pty == 1,
        }))
    }
}

impl Order {
    pub(crate) fn encode(self) -> [u8; REPORT_SIZE] {
        match self {
            Order::Signal(number) => message(b'S', number),
            Order::End => message(b'K', 0),
        }
    }

    /// Anything unknown is an order to end.
    pub(crate) fn decode(bytes: &[u8; REPORT_SIZE]) -> Order {
        match parts(bytes) {
            Some((b'S', number)) => Order::Signal(number),
            _ => Order::End,
        }
    }
}

impl Report {
    pub(crate) fn encode(self) -> [u8; REPORT_SIZE] {
        match self {
            Report::Started(pid) => message(b'P', pid),
            Report::Failed(errno) => message(b'F', errno),
            Report::Exited(code) => message(b'X', code),
            Report::Signalled(signal) => message(b'D', signal),
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Report> {
        match parts(bytes)? {
            (b'P', pid) => Some(Report::Started(pid)),
            (b'F', errno) => Some(Report::Failed(errno)),
            (b'X', code) => Some(Report::Exited(code)),
            (b'D', signal) => Some(Report::Signalled(signal)),
            _ => None,
        }
    }
}

fn message(kind: u8, number: i32) -> [u8; REPORT_SIZE] {
    let [a, b, c, d] = number.to_le_bytes();
    [kind, a, b, c, d]
}

fn parts(bytes: &[u8]) -> Option<(u8, i32)> {
    let (kind, number) = bytes.split_first()?;
    Some((*kind, i32::from_le_bytes(number.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        let command = Command {
            argv: vec!["a".into(), "".into(), OsString::from_vec(vec![0xff, 0x20])],
            env: vec![("X".into(), "1".into()), ("EMPTY".into(), "".into())],
            cwd: "/tmp".into(),
            stdin: None,
            pty: true,
        };
        let Request(decoded) = Request::decode(&Request::from(&command).encode()).unwrap();
        assert_eq!(
            (decoded.argv, decoded.env, decoded.cwd, decoded.pty),
            (command.argv, command.env, command.cwd, command.pty)
        );
    }

    #[test]
    fn half_a_request_is_refused() {
        let command = Command {
            argv: vec!["program".into()],
            env: vec![],
            cwd: "/".into(),
            stdin: None,
            pty: false,
        };
        let whole = Request::from(&command).encode();
        for length in 0..whole.len() {
            assert!(Request::decode(&whole[..length]).is_err(), "{length} bytes");
        }
    }
}
