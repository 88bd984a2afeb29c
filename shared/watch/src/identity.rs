//! Who a person is, over the spellings of all version-control systems.
//!
//! A change's author is free text. git writes `Full Name <mail>`; Mercurial usually the same; Darcs a mail, maybe with
//! a name; Subversion and CVS a user name; Bazaar any of these. So the text is read once into [`Who`], and a person is
//! a set of [`Pattern`]s over names, mails and user names.

use crate::MasterKey;
use serde::{Deserialize, Serialize};

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

/// One way to recognise a person. `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// A mail address; letters' case does not count.
    Mail(String),
    /// A full name; letters' case does not count.
    Name(String),
    /// A user name, exactly, on all masters or on one.
    User {
        /// The name.
        user: String,
        /// Only there, if given.
        master: Option<MasterKey>,
    },
}

impl Pattern {
    /// What a person most likely means by `text`: a mail, one word as a user name, or else a full name.
    /// Of `Name <mail>` the mail is taken. `None` for a text without letters or digits.
    pub fn parse(text: &str) -> Option<Pattern> {
        if !text.chars().any(char::is_alphanumeric) {
            return None;
        }
        let who = Who::parse(text);
        Some(match (who.mail, who.user, who.name) {
            (Some(mail), _, _) => Pattern::Mail(mail),
            (None, Some(user), _) => Pattern::User { user, master: None },
            (None, None, name) => Pattern::Name(name?),
        })
    }

    fn matches(&self, master: &MasterKey, who: &Who, domain: Option<&str>) -> bool {
        match self {
            Pattern::Name(name) => who.name.as_deref().is_some_and(|n| like(&fold(name), &fold(n))),
            Pattern::User { user, master: only } => {
                only.as_ref().is_none_or(|m| m == master) && who.user.as_deref().is_some_and(|u| like(user, u))
            }
            Pattern::Mail(pattern) => {
                let by_domain = || Some(format!("{}@{}", who.user.as_deref()?, domain?));
                who.mail
                    .clone()
                    .or_else(by_domain)
                    .is_some_and(|m| like(&fold(pattern), &fold(&m)))
            }
        }
    }
}

/// Who the person is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// Any of these is the person.
    pub patterns: Vec<Pattern>,
    /// Systems that know user names only: `user` there stands for `user@domain`.
    pub domain: Option<String>,
}

impl Identity {
    /// Whether an author's or owner's text on that master means the person.
    pub fn is_me(&self, master: &MasterKey, author: &str) -> bool {
        let who = Who::parse(author);
        self.patterns
            .iter()
            .any(|p| p.matches(master, &who, self.domain.as_deref()))
    }
}

/// The patterns that a version-control system's own configuration suggests, the surest first.
pub fn proposals(name: Option<&str>, mail_address: Option<&str>, user: Option<&str>) -> Vec<Pattern> {
    let mail = mail_address.and_then(mail).map(Pattern::Mail);
    let name = name.and_then(|n| filled(spaced(n))).map(Pattern::Name);
    let user = user
        .and_then(single_word)
        .map(|user| Pattern::User { user, master: None });
    [mail, name, user].into_iter().flatten().collect()
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Single spaces, none at the ends.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn single_word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.contains(char::is_whitespace) && !text.contains('@')).then(|| text.to_owned())
}

fn mail(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(|c| c == '(' || c == ')');
    let (user, domain) = text.split_once('@')?;
    let well = !user.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace);
    well.then(|| text.to_owned())
}

fn fold(text: &str) -> String {
    spaced(text).to_lowercase()
}

/// Whether `text` is `pattern`, where `*` is any text.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
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
    fn a_person_is_any_of_the_patterns() {
        let me = |patterns: &[&str]| Identity {
            patterns: patterns.iter().filter_map(|p| Pattern::parse(p)).collect(),
            domain: None,
        };
        let here = MasterKey::bundled();
        let table = [
            ("ada@example.org", "Ada Lovelace <ADA@example.ORG>", true),
            ("ada@example.org", "ada@example.org", true),
            ("ada@example.org", "Bob <bada@example.org>", false),
            ("ada@example.org", "ada", false),
            ("*@ada.example", "Ada <work@ada.example>", true),
            ("*@ada.example", "Ada <work@bob.example>", false),
            ("Ada Lovelace", "ada  lovelace <other@example.org>", true),
            ("Ada Lovelace", "Ada Lovelace-Byron <x@example.org>", false),
            ("ada", "ada", true),
            ("ada", "Ada", false),
            ("ada", "ada@example.org", false),
            ("Ada Lovelace <ada@example.org>", "ada@example.org", true),
            ("Ada Lovelace <ada@example.org>", "Ada Lovelace <b@example.org>", false),
        ];
        for (pattern, author, mine) in table {
            assert_eq!(me(&[pattern]).is_me(&here, author), mine, "{pattern} and {author}");
        }
        assert!(!Identity::default().is_me(&here, ""));
        assert!(me(&["x", "ada@example.org"]).is_me(&here, "ada@example.org"));
    }

    #[test]
    fn user_names_can_belong_to_one_master_and_stand_for_mails() {
        let farm = MasterKey("farm".to_owned());
        let mut me = Identity {
            patterns: vec![Pattern::User {
                user: "al".to_owned(),
                master: Some(farm.clone()),
            }],
            domain: None,
        };
        assert!(me.is_me(&farm, "al"));
        assert!(!me.is_me(&MasterKey::bundled(), "al"));
        me.patterns = vec![Pattern::Mail("al@example.org".to_owned())];
        assert!(!me.is_me(&farm, "al"));
        me.domain = Some("example.org".to_owned());
        assert!(me.is_me(&farm, "al"));
        assert!(!me.is_me(&farm, "al@elsewhere.org"));
    }

    #[test]
    fn a_configuration_proposes_what_it_has() {
        assert_eq!(
            proposals(Some(" Ada  Lovelace"), Some("ada@example.org"), Some("ada")),
            [
                Pattern::Mail("ada@example.org".to_owned()),
                Pattern::Name("Ada Lovelace".to_owned()),
                Pattern::User {
                    user: "ada".to_owned(),
                    master: None
                }
            ]
        );
        assert_eq!(proposals(Some(" "), Some("nonsense"), None), []);
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
