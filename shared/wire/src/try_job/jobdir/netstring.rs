//! Netstrings: `LENGTH:BYTES,` one after another (`try-and-sendchange` §2.2).

use super::JobError;

/// Digits that a length may have.
const DIGITS: usize = 9;

/// The strings of `bytes`, in order; ends after the first fault.
pub(super) fn split(bytes: &[u8]) -> Strings<'_> {
    Strings { bytes, at: 0 }
}

pub(super) struct Strings<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Strings<'a> {
    fn one(&mut self) -> Result<&'a [u8], JobError> {
        let begins = self.at;
        let rest = &self.bytes[begins..];
        let wrong = |reason| JobError::Netstring { at: begins, reason };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        match rest.get(digits) {
            Some(b':') if digits > 0 => {}
            None if digits > 0 && digits <= DIGITS => return Err(JobError::CutOff(begins)),
            _ => return Err(wrong("a length and a colon are missing")),
        }
        if digits > DIGITS || digits > 1 && rest[0] == b'0' {
            return Err(wrong("the length is none"));
        }
        let length = rest[..digits]
            .iter()
            .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
        let body = &rest[digits + 1..];
        match body.get(length) {
            Some(b',') => {
                self.at += digits + 1 + length + 1;
                Ok(&body[..length])
            }
            Some(_) => Err(wrong("no comma is where the length says")),
            None => Err(JobError::CutOff(begins)),
        }
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = Result<&'a [u8], JobError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let one = self.one();
        if one.is_err() {
            self.at = self.bytes.len();
        }
        Some(one)
    }
}

/// Appends one.
pub(super) fn push(out: &mut Vec<u8>, string: &[u8]) {
    out.extend(string.len().to_string().into_bytes());
    out.push(b':');
    out.extend(string);
    out.push(b',');
}
