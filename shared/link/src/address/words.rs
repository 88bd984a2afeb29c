//! Endpoint strings: a kind and arguments between colons, where a backslash takes the next character as it is.

/// A taken-apart endpoint string.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// What stands before the first colon.
    pub(super) kind: String,
    positional: std::collections::VecDeque<String>,
    named: Vec<(String, String)>,
}

impl Words {
    /// Takes a text apart. Fails with the reason.
    pub(super) fn split(text: &str) -> Result<Words, String> {
        let mut words = Words::default();
        for (number, part) in parts(text)?.into_iter().enumerate() {
            match part {
                (Some(name), _) if number == 0 => return Err(format!("it begins with an argument, '{name}='")),
                (None, word) if number == 0 => words.kind = word,
                (None, word) => words.positional.push_back(word),
                (Some(name), value) if words.named.iter().any(|(other, _)| *other == name) => {
                    return Err(format!("'{name}={value}' is the second '{name}='"));
                }
                (Some(name), value) => words.named.push((name, value)),
            }
        }
        Ok(words)
    }

    /// Takes the next argument without a name, or the one of this name.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.take_named(name).or_else(|| self.positional.pop_front())
    }

    /// Takes the argument of this name.
    pub(super) fn take_named(&mut self, name: &str) -> Option<String> {
        let place = self.named.iter().position(|(other, _)| other == name)?;
        Some(self.named.swap_remove(place).1)
    }

    /// Fails when anything was not taken, naming it.
    pub(super) fn end(self) -> Result<(), String> {
        match (self.positional.front(), self.named.first()) {
            (Some(word), _) => Err(format!("'{word}' is one part too many")),
            (None, Some((name, _))) => Err(format!("a '{}' address has no '{name}='", self.kind)),
            (None, None) => Ok(()),
        }
    }
}

/// Each part between colons, with its name if it has one.
fn parts(text: &str) -> Result<Vec<(Option<String>, String)>, String> {
    let mut parts = Vec::new();
    let (mut name, mut word) = (None, String::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.push(characters.next().ok_or("it ends with a backslash")?),
            ':' => parts.push((name.take(), std::mem::take(&mut word))),
            '=' if name.is_none() => name = Some(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    parts.push((name, word));
    Ok(parts)
}

/// Writes a value so that it is read back as it was.
pub(super) fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, ':' | '=' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// A number from 1 to 65535.
pub(super) fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("the port '{text}' is no number from 1 to 65535")),
    }
}

/// An IP address of this machine.
pub(super) fn ip(name: &str, text: &str) -> Result<std::net::IpAddr, String> {
    text.parse()
        .map_err(|_| format!("'{text}' in '{name}=' is no IP address"))
}
