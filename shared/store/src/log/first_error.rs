//! What a line looks like that tells of an error: the words of compilers, test runners and build tools.
//!
//! A guess, made to be right about the *first* one: better to miss an odd line than to stop at a harmless one.

use regex::bytes::{Regex, RegexSet};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Every line that [`ERRORS`] accept has one of these; one pass over a block finds the few lines worth a closer look.
static WORTH_A_LOOK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x) (?i:error|fail|panic|exception|fatal:|undefined|traceback|unresolved|not\ found|no\ such\ file
        |cannot\ find|segmentation\ fault|core\ dumped|assert|caused\ by:|what\ went\ wrong)
        | ^.?not\ ok | \*\*\* | ^.?E\ \ | \.go:\d | [✕✗✖]",
    )
});

/// Colours and other escapes between the words.
static ESCAPES: LazyLock<Regex> = LazyLock::new(|| compiled(r"\x1b\[[0-9;:]*[A-Za-z]"));

/// A line is an error if one of these matches it.
static ERRORS: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        // Compilers and many others: `error: …`, `a.c:3:5: fatal error: …`, `error[E0308]: …`, `ERROR: …`.
        r#"(?:^|[\s:\]\)\(>"'])(?i:error)(?:\[\w+\])?:(?:\s|$)"#,
        // Microsoft's and TypeScript's: `error CS1002: …`, `error TS2304: …`.
        r"\berror [A-Z]+\d+:",
        r"^\[?ERROR\]?(?:\s|$)",
        r"^CMake Error",
        r"(?:##\[|^::)error\b",
        r"\bnpm (?:ERR!|error\b)",
        r"\bERR_PNPM_",
        r"^(?:fatal|panic): ",
        r"\bsyntax error\b",
        // Exceptions: `ValueError: …`, `java.lang.IllegalStateException: …`.
        r"(?:^|[\s.])[A-Z]\w*(?:Error|Exception)(?::\s|$)",
        r"^\s*Traceback \(most recent call last\)",
        r"^Exception in thread ",
        r"^Caused by: ",
        r"\bpanicked at ",
        r"(?i)\bassertion (?:failed|`)|\bAssertion .* failed",
        // Test runners.
        r"\bFAILED\b",
        r"^\s*(?:--- )?FAIL(?:[:\s]|$)",
        r"^not ok \d+",
        r"^E   ",
        r"^\s*[✕✗✖] ",
        r"^\s*[1-9]\d* failing$",
        r"\b[1-9]\d* failed\b",
        r"\*\*\*\s?(?:Failed|Exception|Timeout|Not Run)",
        r"<<< (?:FAILURE|ERROR)!",
        r"\bTests run:.*(?:Failures|Errors): [1-9]",
        // Linkers.
        r"\bundefined reference to ",
        r"^Undefined symbols? for architecture",
        r"\bunresolved external symbol ",
        r"\bcannot find -l",
        // Build tools and shells.
        r"^\S*make(?:\[\d+\])?: \*\*\* ",
        r"^(?:FAILURE|BUILD FAILURE)\b",
        r"^\* What went wrong:",
        r"^\S*sh: .*(?:command )?not found$",
        r"^(?:\S*sh|cp|mv|cat|make|python\d?): .*[Nn]o such file",
        r"^Segmentation fault",
        r"\bcore dumped\b",
        // The Go compiler does not say that it is one.
        r"^\S+\.go:\d+:\d+: ",
    ])
});

/// A line is no error, whatever else it looks like, if one of these matches it.
static HARMLESS: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"(?i)\b(?:0|no|without) (?:errors?|failures?|failed)\b",
        r"(?i)\berrors?: ?(?:0|none|no error|false|null|undefined)\b",
        r"^not ok \d+.*# (?i:todo|skip)",
        r"(?i)\bexpected failure\b|\bxfail\b",
        r"^\s*(?:Downloading|Downloaded|Compiling|Checking|Fetched|Unpacking|Setting up)\s",
    ])
});

fn compiled(pattern: &str) -> Regex {
    let multi_line = format!("(?m){pattern}");
    Regex::new(&multi_line).expect("a pattern of this file is valid; its tests use it")
}

fn set(patterns: &[&str]) -> RegexSet {
    RegexSet::new(patterns).expect("a pattern of this file is valid; its tests use it")
}

/// The start of the first line at or after `at` (itself the start of a line) that tells of an error. In a `stdio` log
/// lines begin with the letter of their stream, and those of `h` are passed over.
pub(super) fn find(text: &[u8], mut at: usize, stdio: bool) -> Option<usize> {
    loop {
        let hit = WORTH_A_LOOK.find_at(text, at)?.start();
        let start = memchr::memrchr(b'\n', &text[..hit]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &text[start.max(hit)..]).map_or(text.len(), |end| start.max(hit) + end);
        let line = &text[start..end];
        let told = match (stdio, line.first()) {
            (true, Some(b'h')) => false,
            (true, _) => is_error(line.get(1..).unwrap_or_default()),
            (false, _) => is_error(line),
        };
        if told {
            return Some(start);
        }
        at = end + 1;
        if at >= text.len() {
            return None;
        }
    }
}

/// Whether a line, without the letter of its stream and without its end, tells of an error.
fn is_error(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let plain: Cow<[u8]> = if line.contains(&0x1b) {
        ESCAPES.replace_all(line, b"")
    } else {
        Cow::Borrowed(line)
    };
    ERRORS.is_match(&plain) && !HARMLESS.is_match(&plain)
}
