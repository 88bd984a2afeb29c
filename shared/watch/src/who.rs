//! An author's text, read once.
//!
//! A change's author is free text. git writes `Full Name <mail>`; Mercurial usually the same; Darcs a mail, maybe with
//! a name; Subversion and CVS a user name; Bazaar any of these.

/// The parts that could be read from an author's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// Full name, with single spaces.
    pub name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// User name: the whole text when it is a single word.
    pub user: Option<String>,
}

impl Who {
    /// Reads an author's text; what cannot be read is a name.
    pub fn parse(text: &str) -> Who {
        let text = text.trim();
        if let Some((before, rest)) = text.split_once('<') {
            let (inside, after) = rest.split_once('>').unwrap_or((rest, ""));
            let name = spaced(&format!("{before} {after}"));
            let user = single_word(inside).or_else(|| single_word(&name));
            return Who {
                mail: mail(inside),
                user,
                name: filled(name.trim_matches('"').to_owned()),
            };
        }
        if let Some(mail) = mail(text) {
            return Who {
                mail: Some(mail),
                name: None,
                user: None,
            };
        }
        Who {
            user: single_word(text),
            name: filled(spaced(text)),
            mail: None,
        }
    }

    /// The shortest form that people know each other by.
    pub fn display(text: &str) -> String {
        let who = Who::parse(text);
        who.name
            .or(who.user)
            .or_else(|| who.mail.map(|m| m.split('@').next().unwrap_or_default().to_owned()))
            .filter(|s| !s.is_empty())
            .unwrap_or_else(|| "somebody".to_owned())
    }

    /// Whether both texts mean one person: the same mail, or, where one has none, the same name or user.
    pub fn same(a: &str, b: &str) -> bool {
        let (a, b) = (Who::parse(a), Who::parse(b));
        match (&a.mail, &b.mail) {
            (Some(x), Some(y)) => fold(x) == fold(y),
            _ => match (&a.name, &b.name) {
                (Some(x), Some(y)) => fold(x) == fold(y),
                _ => false,
            },
        }
    }
}

pub(crate) fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Single spaces, none at the ends.
pub(crate) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn single_word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.contains(char::is_whitespace) && !text.contains('@')).then(|| text.to_owned())
}

pub(crate) fn mail(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(|c| c == '(' || c == ')');
    let (user, domain) = text.split_once('@')?;
    let well = !user.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace);
    well.then(|| text.to_owned())
}

pub(crate) fn fold(text: &str) -> String {
    spaced(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str, mail: &str, user: &str) -> Who {
        let some = |s: &str| filled(s.to_owned());
        Who {
            name: some(name),
            mail: some(mail),
            user: some(user),
        }
    }

    #[test]
    fn every_systems_spelling_is_read() {
        let table = [
            // git, and Mercurial as most write it
            (
                "Ada Lovelace <ada@example.org>",
                who("Ada Lovelace", "ada@example.org", ""),
            ),
            (
                "  Ada   Lovelace <Ada@Example.org> ",
                who("Ada Lovelace", "Ada@Example.org", ""),
            ),
            ("ada <ada@example.org>", who("ada", "ada@example.org", "ada")),
            ("<ada@example.org>", who("", "ada@example.org", "")),
            (
                "\"Lovelace, Ada\" <ada@example.org>",
                who("Lovelace, Ada", "ada@example.org", ""),
            ),
            ("Ada <ada>", who("Ada", "", "ada")),
            ("Ada Lovelace <ada", who("Ada Lovelace", "", "ada")),
            // Subversion, CVS
            ("ada", who("ada", "", "ada")),
            // Mercurial's and Bazaar's free text
            ("Ada Lovelace", who("Ada Lovelace", "", "")),
            // Darcs, Bazaar
            ("ada@example.org", who("", "ada@example.org", "")),
            ("", who("", "", "")),
            ("a@b@c", who("a@b@c", "", "")),
        ];
        for (text, parts) in table {
            assert_eq!(Who::parse(text), parts, "{text}");
        }
    }

    #[test]
    fn people_are_called_by_their_names() {
        let table = [
            ("Ada Lovelace <a@x.org>", "Ada Lovelace"),
            ("<ada@x.org>", "ada"),
            ("ada", "ada"),
            ("", "somebody"),
        ];
        for (text, shown) in table {
            assert_eq!(Who::display(text), shown, "{text}");
        }
    }
}
