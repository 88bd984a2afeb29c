//! The words that the dialect `pb` sends as numbers (§1.4).

/// Word n stands at n − 1.
const WORDS: [&str; 31] = [
    "None",
    "class",
    "dereference",
    "reference",
    "dictionary",
    "function",
    "instance",
    "list",
    "module",
    "persistent",
    "tuple",
    "unpersistable",
    "copy",
    "cache",
    "cached",
    "remote",
    "local",
    "lcache",
    "version",
    "login",
    "password",
    "challenge",
    "logged_in",
    "not_logged_in",
    "cachemessage",
    "message",
    "answer",
    "error",
    "decref",
    "decache",
    "uncache",
];

/// Length of the longest word: longer byte strings need no look-up.
const LONGEST: usize = "not_logged_in".len();

/// The word of this number.
pub(super) fn word(number: usize) -> Option<&'static [u8]> {
    WORDS.get(number.checked_sub(1)?).map(|word| word.as_bytes())
}

/// The number of this word.
pub(super) fn number(bytes: &[u8]) -> Option<u8> {
    if bytes.len() > LONGEST {
        return None;
    }
    let at = WORDS.iter().position(|word| word.as_bytes() == bytes)?;
    u8::try_from(at + 1).ok()
}
