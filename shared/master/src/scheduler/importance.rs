//! Which changes start a build (S-118, B-033).

use model::Change;
use model::config::filter::truthy;
use model::config::{FunctionArgument, Importance};

/// Whether `change` is important, with a warning when the configuration's function failed and the change was
/// taken as important to be safe.
///
/// May call functions of the configuration: not for the engine's own task.
pub fn is_important(importance: &Importance, change: &Change) -> (bool, Option<String>) {
    match importance {
        Importance::All => (true, None),
        Importance::Globs(globs) => (
            change
                .new
                .files
                .iter()
                .any(|file| globs.iter().any(|g| glob_matches(g, file))),
            None,
        ),
        Importance::Asked(function) => match function.call(FunctionArgument::Change(change)) {
            Ok(said) => (truthy(&said), None),
            Err(error) => (
                true,
                Some(format!("change {} was taken as important: {error}", change.id)),
            ),
        },
    }
}

/// Whether `path` matches `glob`: `*` and `?` stay within one path element, `**` is any number of elements.
/// A glob without a slash matches the last element, as in ignore files.
pub fn glob_matches(glob: &str, path: &str) -> bool {
    if !glob.contains('/') {
        let name = path.rsplit('/').next().unwrap_or(path);
        return glob == "**" || element_matches(glob.as_bytes(), name.as_bytes());
    }
    let pattern: Vec<&str> = glob.trim_start_matches('/').split('/').collect();
    let elements: Vec<&str> = path.split('/').collect();
    elements_match(&pattern, &elements)
}

fn elements_match(pattern: &[&str], elements: &[&str]) -> bool {
    match pattern.split_first() {
        None => elements.is_empty(),
        Some((&"**", [])) => true,
        Some((&"**", rest)) => (0..=elements.len()).any(|skipped| elements_match(rest, &elements[skipped..])),
        Some((one, rest)) => elements.split_first().is_some_and(|(first, others)| {
            element_matches(one.as_bytes(), first.as_bytes()) && elements_match(rest, others)
        }),
    }
}

/// `*` and `?` by going back to the last star only, so that a hostile pattern costs no more than its product.
fn element_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(b'?') => (p, t) = (p + 1, t + 1),
            Some(&c) if c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    (p, t) = (after_star, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn globs_match_as_in_ignore_files() {
        for (glob, path, wanted) in [
            ("**/*.c", "a.c", true),
            ("**/*.c", "src/deep/a.c", true),
            ("**/*.c", "a.cc", false),
            ("*.c", "src/a.c", true),
            ("src/*", "src/a/b.c", false),
            ("src/**", "src/a/b.c", true),
            ("/src/*.c", "src/a.c", true),
            ("src/?.c", "src/a.c", true),
            ("src/?.c", "src/ab.c", false),
            ("doc/**/img/*", "doc/img/a", true),
            ("a*b*c", "aXbXc", true),
            ("a*b*c", "aXbX", false),
        ] {
            assert_eq!(glob_matches(glob, path), wanted, "{glob} on {path}");
        }
    }
}
