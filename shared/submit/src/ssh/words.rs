//! The words of the command, so that none of them is taken for something else.

/// Why no command can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWords {
    /// A quote in the words that run ssh does not end.
    #[error("the command for ssh has a quote that does not end: {0}")]
    Quote(String),
    /// It would be taken for an option.
    #[error("'{0}' is no host's name")]
    Host(String),
    /// There is none.
    #[error("there is no job folder given")]
    NoJobdir,
    /// It would be taken for an option.
    #[error("'{0}' is no job folder")]
    Jobdir(String),
}

/// Splits a command as a shell does: quotes, backslashes, no more.
pub(super) fn split(command: &str) -> Result<Vec<String>, BadWords> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = command.chars();
    while let Some(c) = letters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"') | None, '\\') => {
                let next = letters.next().ok_or_else(|| BadWords::Quote(command.to_owned()))?;
                let word = word.get_or_insert_default();
                if quote.is_some() && !matches!(next, '"' | '\\' | '$' | '`') {
                    word.push('\\');
                }
                word.push(next);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(BadWords::Quote(command.to_owned()));
    }
    words.extend(word);
    Ok(words)
}

pub(super) fn host(host: &str) -> Result<String, BadWords> {
    let host = host.trim();
    if host.is_empty() || host.starts_with('-') || host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(BadWords::Host(host.to_owned()));
    }
    Ok(host.to_owned())
}

pub(super) fn jobdir(jobdir: &str) -> Result<&str, BadWords> {
    match jobdir {
        "" => Err(BadWords::NoJobdir),
        jobdir if jobdir.starts_with('-') || jobdir.contains('\0') => Err(BadWords::Jobdir(jobdir.to_owned())),
        jobdir => Ok(jobdir),
    }
}

/// A word for the shell at the other end: as it is where that means itself, otherwise in quotes. A `~` or `~name` at its
/// beginning stays a home folder.
pub(super) fn quoted(word: &str) -> String {
    let letter = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let plain = |c: char| letter(c) || "/+:@%,=".contains(c);
    let end = word.find('/').map_or(word.len(), |slash| slash + 1);
    let begins_at_home = word.strip_prefix('~').is_some() && word[1..end].trim_end_matches('/').chars().all(letter);
    let (home, rest) = word.split_at(if begins_at_home { end } else { 0 });
    if rest.chars().all(plain) {
        return word.to_owned();
    }
    format!("{home}'{}'", rest.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use proptest::prelude::*;

    #[test]
    fn a_command_is_split_as_a_shell_does() {
        let table: [(&str, &[&str]); 5] = [
            ("ssh", &["ssh"]),
            ("  ssh  -i 'my key' ", &["ssh", "-i", "my key"]),
            (
                r#"ssh -o "ProxyCommand=nc \"x\" %h""#,
                &["ssh", "-o", "ProxyCommand=nc \"x\" %h"],
            ),
            (r"a\ b ''", &["a b", ""]),
            ("", &[]),
        ];
        for (command, words) in table {
            assert_eq!(split(command).expect(command), words, "{command}");
        }
        assert!(split("ssh 'x").is_err() && split("ssh \\").is_err());
    }

    #[test]
    fn a_word_means_itself_at_the_other_end() {
        assert_eq!(quoted("/home/x/jobs"), "/home/x/jobs");
        assert_eq!(quoted("~/my jobs"), "~/'my jobs'");
        assert_eq!(quoted("~ann-b/jobs"), "~ann-b/jobs");
        assert_eq!((quoted("~"), quoted("~ann")), ("~".to_owned(), "~ann".to_owned()));
        assert_eq!(quoted("~$x/jobs"), "'~$x/jobs'");
        assert_eq!(quoted("a'; rm -rf b"), r"'a'\''; rm -rf b'");
        assert!(host("-oProxyCommand=x").is_err() && host("a b").is_err() && host("").is_err());
        assert!(jobdir("-x").is_err() && jobdir("").is_err());
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn any_word_means_itself_to_a_shell(word in "[^\\x00~][^\\x00]{0,12}") {
            let script = format!("printf %s {}", quoted(&word));
            let said = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
            prop_assert_eq!(String::from_utf8_lossy(&said.stdout), word.as_str());
            prop_assert_eq!(split(&quoted(&word)).expect("a word"), [word]);
        }
    }
}
