//! Secrets that a build used are replaced wherever it speaks: log lines, headers, state strings.
//!
//! A line that a worker cut because it was too long can cut a secret in two. So after a long line the end is held back
//! while it could be the beginning of a secret; ordinary lines are never held back.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// Lines at least this long may have been cut by a worker; workers cut at 4096 characters.
const LONG: usize = 4000;

/// The secrets of one build. Clones share them; one that is added counts from then on.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    known: Arc<RwLock<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// What to look for, and what stands in its place; longest first, so that no rest of a longer one is left.
    needles: Vec<(String, String)>,
}

impl Secrets {
    /// From now on `value` is shown as `<name>`.
    pub fn add(&self, name: &str, value: &str) {
        let shown = format!("<{name}>");
        let mut forms: BTreeMap<String, ()> = BTreeMap::new();
        for line in value.split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
            for form in [line.to_owned(), shell_quoted(line), escaped(line)] {
                forms.insert(form, ());
            }
        }
        let Ok(mut known) = self.known.write() else { return };
        for (form, ()) in forms {
            if !known.needles.iter().any(|(needle, _)| *needle == form) {
                known.needles.push((form, shown.clone()));
            }
        }
        known
            .needles
            .sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// `text` without the secrets. For whole texts; streams go through a [`Redactor`].
    pub fn redact(&self, text: &str) -> String {
        match self.known.read() {
            Ok(known) if !known.may_be_in(text) => text.to_owned(),
            Ok(known) => known.replaced(text),
            Err(_) => String::new(),
        }
    }

    /// Whether there is anything to hide.
    pub fn is_empty(&self) -> bool {
        self.known.read().is_ok_and(|known| known.needles.is_empty())
    }

    /// Whether `text` holds a secret.
    pub fn is_in(&self, text: &str) -> bool {
        self.known.read().map_or(true, |known| {
            known.needles.iter().any(|(needle, _)| text.contains(needle))
        })
    }
}

impl Known {
    /// Quickly: whether a secret stands in `text`, or a line was cut and so may hide one from a plain search.
    fn may_be_in(&self, text: &str) -> bool {
        let found = || self.needles.iter().any(|(needle, _)| text.contains(needle.as_str()));
        !self.needles.is_empty() && (has_long_line(text) || found())
    }

    /// Looks for each secret, also where line feeds cut it.
    fn replaced(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        'next: while let Some(first) = rest.chars().next() {
            for (needle, shown) in &self.needles {
                if let Match::Whole(length) = begins_with(rest, needle) {
                    out.push_str(shown);
                    out.extend(rest[..length].chars().filter(|c| *c == '\n'));
                    rest = &rest[length..];
                    continue 'next;
                }
            }
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
        out
    }

    /// Where the tail begins that may be the first part of a secret.
    fn open_tail(&self, text: &str) -> Option<usize> {
        let longest = self.needles.first()?.0.len();
        let from = text.len().saturating_sub(2 * longest + 2);
        let starts = text.char_indices().map(|(at, _)| at).filter(|at| *at >= from);
        starts.into_iter().find(|at| {
            self.needles
                .iter()
                .any(|(needle, _)| matches!(begins_with(&text[*at..], needle), Match::Part))
        })
    }
}

fn has_long_line(text: &str) -> bool {
    text.len() >= LONG && text.split('\n').any(|line| line.len() >= LONG)
}

enum Match {
    None,
    /// The text ends inside the secret.
    Part,
    /// So many bytes of the text are the secret.
    Whole(usize),
}

/// Compares, passing over line feeds inside the secret.
fn begins_with(text: &str, needle: &str) -> Match {
    let mut wanted = needle.chars().peekable();
    let mut used = 0;
    for c in text.chars() {
        match wanted.peek() {
            None => break,
            Some(_) if c == '\n' && used > 0 => {}
            Some(w) if *w == c => {
                wanted.next();
            }
            Some(_) => return Match::None,
        }
        used += c.len_utf8();
    }
    match wanted.peek() {
        None => Match::Whole(used),
        Some(_) if used > 0 => Match::Part,
        Some(_) => Match::None,
    }
}

/// As it stands inside single quotes of a shell.
fn shell_quoted(text: &str) -> String {
    text.replace('\'', "'\"'\"'")
}

/// As it stands inside a quoted text of a programming language.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

/// Redacts one stream of whole lines.
#[derive(Debug)]
pub struct Redactor {
    secrets: Secrets,
    held: String,
}

impl Redactor {
    /// For a stream of a build with `secrets`.
    pub fn new(secrets: Secrets) -> Redactor {
        Redactor {
            secrets,
            held: String::new(),
        }
    }

    /// `lines` (whole ones) without secrets, as far as that can be told now.
    pub fn add<'a>(&mut self, lines: std::borrow::Cow<'a, str>) -> std::borrow::Cow<'a, str> {
        if lines.is_empty() || (self.held.is_empty() && self.secrets.is_empty()) {
            return lines;
        }
        let mut all = std::mem::take(&mut self.held);
        all.push_str(&lines);
        let last = all.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        if all.len() - last > LONG {
            let open = self.secrets.known.read().ok().and_then(|known| known.open_tail(&all));
            if let Some(open) = open {
                let line = all[..open].rfind('\n').map_or(0, |at| at + 1);
                self.held = all.split_off(line);
            }
        }
        self.secrets.redact(&all).into()
    }

    /// What was held back when the stream ends.
    pub fn finish(&mut self) -> Option<String> {
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then(|| self.secrets.redact(&held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(value: &str) -> Secrets {
        let secrets = Secrets::default();
        secrets.add("key", value);
        secrets
    }

    fn stream(secrets: &Secrets, chunks: &[&str]) -> String {
        let mut lines = crate::lines::Lines::default();
        let mut redactor = Redactor::new(secrets.clone());
        let mut out = String::new();
        for chunk in chunks {
            let whole = lines.add(chunk).into_owned();
            out.push_str(&redactor.add(whole.into()));
        }
        if let Some(last) = lines.finish() {
            out.push_str(&redactor.add(last.into()));
        }
        out.push_str(&redactor.finish().unwrap_or_default());
        out
    }

    #[test]
    fn a_secret_is_replaced_by_its_name() {
        assert_eq!(with("hunter2").redact("-p hunter2 hunter2!"), "-p <key> <key>!");
        assert_eq!(with("hunter2").redact("nothing here"), "nothing here");
    }

    #[test]
    fn a_secret_of_several_lines_is_replaced_line_by_line() {
        let secrets = with("-----BEGIN-----\nabcdef\n");
        assert_eq!(
            stream(&secrets, &["x -----BEGIN-----\n", "abcdef\n", "ok\n"]),
            "x <key>\n<key>\nok\n"
        );
    }

    #[test]
    fn the_forms_that_headers_show_are_replaced_too() {
        let secrets = with("it's\\me");
        for shown in ["it's\\me", "'it'\"'\"'s\\me'", "b'it\\'s\\\\me'"] {
            assert!(!secrets.redact(shown).contains("me"), "{shown}");
        }
    }

    #[test]
    fn a_secret_added_later_counts_from_then_on() {
        let secrets = Secrets::default();
        let mut redactor = Redactor::new(secrets.clone());
        assert_eq!(redactor.add("abc\n".into()), "abc\n");
        secrets.add("key", "abc");
        assert_eq!(redactor.add("abc\n".into()), "<key>\n");
    }

    #[test]
    fn an_ordinary_line_is_never_held_back() {
        let mut redactor = Redactor::new(with("hunter2"));
        assert_eq!(redactor.add("ends like a hunt\n".into()), "ends like a hunt\n");
    }

    #[test]
    fn a_line_that_a_worker_cut_hides_nothing() {
        let secrets = with("hunter2");
        let long = format!("{}hunt\n", "x".repeat(4091));
        let out = stream(&secrets, &[&long, "er2 and more\n", "next\n"]);
        assert!(!out.contains("hunt") && !out.contains("er2"), "{}", &out[4080..]);
        assert!(out.ends_with(" and more\nnext\n"));
    }

    proptest! {
        #[test]
        fn no_cut_lets_a_secret_through(
            secret in "[a-z'\\\\é]{4,12}",
            before in "[A-Z \n]{0,30}",
            after in "[A-Z \n]{1,30}",
            cuts in prop::collection::vec(0usize..80, 0..8),
        ) {
            let text = format!("{before}{secret}{after}{secret}\n");
            let mut ends: Vec<usize> = cuts.into_iter().filter(|at| *at < text.len() && text.is_char_boundary(*at)).collect();
            ends.push(text.len());
            ends.sort_unstable();
            let mut from = 0;
            let chunks: Vec<&str> = ends.iter().map(|end| { let chunk = &text[from..*end]; from = *end; chunk }).collect();
            let out = stream(&with(&secret), &chunks);
            prop_assert!(!out.contains(&secret));
            prop_assert_eq!(out, format!("{before}<key>{after}<key>\n"));
        }

        #[test]
        fn a_text_without_secrets_is_unchanged(text in "[A-Z \n]{0,200}") {
            let secrets = with("hunter2");
            prop_assert_eq!(secrets.redact(&text), text);
        }

        #[test]
        fn no_place_of_a_workers_cut_lets_a_secret_through(at in 1usize..7, pad in 4000usize..4096) {
            let secret = "hunter2";
            let first = format!("{}{}\n", "x".repeat(pad), &secret[..at]);
            let second = format!("{} tail\n", &secret[at..]);
            let out = stream(&with(secret), &[&first, &second]);
            prop_assert_eq!(out, format!("{}<key>\n tail\n", "x".repeat(pad)));
        }
    }
}
