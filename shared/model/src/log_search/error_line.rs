//! What a line looks like that tells of an error: the words of compilers, test runners and build tools.
//!
//! A guess, made to be right about the *first* one: better to miss an odd line than to stop at a harmless one.

use regex::bytes::{Regex, RegexSet};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Every line that [`ERRORS`] accept has one of these; one pass over a block finds the few lines worth a closer look.
static WORTH_A_LOOK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x) (?i:error|err!|err_|fail|panic|exception|fatal:|undefined|traceback|unresolved|not\ found|no\ such\ file
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
        r"(?i)\bno errors?\b",
        r"(?i)^\s*errors?: ?(?:0|none|no error|false|null|undefined)\b",
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

#[cfg(test)]
mod tests {
    use super::*;

    const TELL: &[&str] = &[
        "main.c:12:5: error: expected ';' before 'return'",
        "main.c:1:10: fatal error: stdio.h: No such file or directory",
        "error[E0308]: mismatched types",
        "error: could not compile `store` (lib) due to 1 previous error",
        "\x1b[0m\x1b[1m\x1b[38;5;9merror[E0425]\x1b[0m\x1b[0m\x1b[1m: cannot find value `x` in this scope\x1b[0m",
        "collect2: error: ld returned 1 exit status",
        "/usr/bin/ld: main.o: in function `main': main.c:(.text+0x9): undefined reference to `foo'",
        "/usr/bin/ld: cannot find -lssl: No such file or directory",
        "Undefined symbols for architecture arm64:",
        "LINK : main.obj : error LNK2019: unresolved external symbol _foo",
        "Program.cs(3,5): error CS1002: ; expected",
        "src/app.ts(10,3): error TS2304: Cannot find name 'foo'.",
        "make[2]: *** [Makefile:12: all] Error 2",
        "make: *** No rule to make target 'x', needed by 'all'.  Stop.",
        "gmake: *** [all] Error 1",
        "CMake Error at CMakeLists.txt:3 (find_package):",
        "configure: error: C compiler cannot create executables",
        "meson.build:1:0: ERROR: Unknown function \"proj\".",
        "ninja: error: loading 'build.ninja': No such file or directory",
        "FAILED: src/main.o",
        "test tests::adds ... FAILED",
        "thread 'tests::adds' panicked at src/lib.rs:10:9:",
        "thread 'main' (123) panicked at src/main.rs:2:5:",
        "Traceback (most recent call last):",
        "ValueError: invalid literal for int() with base 10: 'x'",
        "subprocess.CalledProcessError: Command 'x' returned non-zero exit status 1.",
        "AssertionError",
        "E       assert 1 == 2",
        "FAILED tests/test_x.py::test_y - assert 1 == 2",
        "ERROR tests/test_z.py - ModuleNotFoundError: No module named 'z'",
        "========================= 1 failed, 3 passed in 0.12s =========================",
        "1 failed, 0 errors",
        "FAIL: test_y (tests.test_x.X)",
        "FAILED (failures=1)",
        "--- FAIL: TestAdd (0.00s)",
        "FAIL\texample.org/x\t0.003s",
        "FAIL src/sum.test.js",
        "    ✕ adds 1 + 2 to equal 3 (3 ms)",
        "  2 failing",
        "not ok 3 - adds",
        "[  FAILED  ] Sum.Adds (0 ms)",
        "  1/2 Test #1: adds .............***Failed    0.01 sec",
        "./main.go:5:2: undefined: foo",
        "panic: runtime error: index out of range [3] with length 2",
        "npm ERR! code ELIFECYCLE",
        "npm error Missing script: \"build\"",
        " ERR_PNPM_NO_IMPORTER_MANIFEST_FOUND  No package.json found",
        "##[error]Process completed with exit code 1.",
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin",
        "Tests run: 3, Failures: 1, Errors: 0, Skipped: 0",
        "Exception in thread \"main\" java.lang.NullPointerException",
        "Caused by: java.io.IOException: broken",
        "FAILURE: Build failed with an exception.",
        "* What went wrong:",
        "fatal: not a git repository (or any of the parent directories): .git",
        "sh: 1: cmake: not found",
        "bash: line 1: cargo: command not found",
        "cp: cannot stat 'x': No such file or directory",
        "Segmentation fault (core dumped)",
        "a.out: main.c:3: main: Assertion `x > 0' failed.",
        "SyntaxError: Unexpected token '}'",
        "-e:1: syntax error, unexpected end-of-input",
        "error: foo\r",
    ];

    const DO_NOT: &[&str] = &[
        "",
        "Build succeeded. 0 Warning(s) 0 Error(s)",
        "cc -Werror -Wall -c error.c -o error.o",
        "gcc -c src/error_handling.c",
        "Compiling thiserror v2.0.12",
        "Downloading errors-1.0.tar.gz",
        "test errors::are_told ... ok",
        "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
        "Tests run: 3, Failures: 0, Errors: 0, Skipped: 0",
        "tests/test_errors.py::test_failure PASSED",
        "100% tests passed, 0 tests failed out of 12",
        "PASS: fail.sh",
        "ok 3 - reports an error",
        "not ok 4 - later # TODO not done yet",
        "continue-on-error: true",
        "warning: unused variable: `error`",
        "checking for error_at_line... yes",
        "checking for strerror in -lposix... no",
        "error: 0",
        "    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.03s",
        "a panicking thread is fine",
        "No error: all is well",
        "install -m 644 fail.h /usr/include",
        "[INFO] No errors found.",
    ];

    #[test]
    fn errors_of_many_tools_are_told_from_harmless_lines() {
        for line in TELL {
            assert!(is_error(line.as_bytes()), "should tell: {line}");
        }
        for line in DO_NOT {
            assert!(!is_error(line.as_bytes()), "should not tell: {line}");
        }
    }

    /// The quick look must not lose what the closer one would accept, at any place of the text.
    #[test]
    fn every_error_is_worth_a_look() {
        for line in TELL {
            for stdio in [false, true] {
                let letter = if stdio { "e" } else { "" };
                let before = format!("{letter}all is well\n");
                let text = format!("{before}{letter}{line}\n{letter}and so on\n");
                assert_eq!(find(text.as_bytes(), 0, stdio), Some(before.len()), "{line}");
                assert_eq!(find(text.as_bytes(), before.len(), stdio), Some(before.len()), "{line}");
            }
        }
    }

    #[test]
    fn headers_are_passed_over_and_the_search_goes_on() {
        let text = b"herror: in a header\noerror_name = 1\noerror: here\n";
        assert_eq!(find(text, 0, true), Some(36));
        assert_eq!(find(b"herror: in a header\n", 0, true), None);
    }
}
