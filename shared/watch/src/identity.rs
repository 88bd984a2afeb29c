//! Who a person is, over the spellings of all version-control systems.
//!
//! A person is a set of [`Pattern`]s over names, mails and user names: some hold on every master, some only on one,
//! where a user name may be somebody else's elsewhere.

use crate::MasterKey;
use crate::who::{Who, filled, fold, mail, single_word, spaced};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

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

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Mail(text) | Pattern::Name(text) | Pattern::User { user: text, .. } => f.write_str(text),
        }
    }
}

/// Who the person is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// Any of these is the person.
    pub patterns: Vec<Pattern>,
    /// Any of these is the person too, on that master only.
    pub only_on: BTreeMap<MasterKey, Vec<Pattern>>,
    /// Systems that know user names only: `user` there stands for `user@domain`.
    pub domain: Option<String>,
}

impl Identity {
    /// Whether an author's or owner's text on that master means the person.
    pub fn is_me(&self, master: &MasterKey, author: &str) -> bool {
        self.matching(master, &Who::parse(author)).is_some()
    }

    /// By what an author's or owner's text on that master means the person, as a sentence.
    pub fn why_me(&self, master: &MasterKey, author: &str) -> Option<String> {
        let (pattern, there) = self.matching(master, &Who::parse(author))?;
        let there = if there { ", which is you on this master" } else { "" };
        Some(format!("{author} is you by “{pattern}”{there}"))
    }

    /// The pattern, and whether it is one for that master only.
    fn matching(&self, master: &MasterKey, who: &Who) -> Option<(&Pattern, bool)> {
        let everywhere = self.patterns.iter().map(|pattern| (pattern, false));
        let there = self.only_on.get(master).into_iter().flatten();
        let mut all = everywhere.chain(there.map(|pattern| (pattern, true)));
        all.find(|(pattern, _)| pattern.matches(master, who, self.domain.as_deref()))
    }

    /// What to propose for a master where an author whom no pattern matches may well be the person: somebody with the
    /// same user name, the same name before the `@`, or the same full name written in another way.
    pub fn may_be_me(&self, master: &MasterKey, author: &str) -> Option<Pattern> {
        if self.is_me(master, author) {
            return None;
        }
        let known: BTreeSet<String> = self
            .patterns
            .iter()
            .flat_map(|pattern| handles(&Who::parse(&pattern.to_string())))
            .collect();
        let alike = handles(&Who::parse(author)).iter().any(|handle| known.contains(handle));
        if alike { Pattern::parse(author) } else { None }
    }
}

/// Short forms that people are called by across systems, without regard to case and what is no letter or digit.
fn handles(who: &Who) -> Vec<String> {
    let before_at = who.mail.as_deref().and_then(|mail| mail.split('@').next());
    let texts = [before_at, who.user.as_deref(), who.name.as_deref()];
    texts
        .into_iter()
        .flatten()
        .filter(|text| !text.contains('*'))
        .map(|text| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect())
        .filter(|handle: &String| handle.chars().count() > 1)
        .collect()
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

    #[test]
    fn a_person_is_any_of_the_patterns() {
        let me = |patterns: &[&str]| Identity {
            patterns: patterns.iter().filter_map(|p| Pattern::parse(p)).collect(),
            ..Identity::default()
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
            ..Identity::default()
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
    fn a_pattern_for_one_master_holds_there_alone_and_is_named() {
        let (farm, other) = (MasterKey("farm".to_owned()), MasterKey("other".to_owned()));
        let me = Identity {
            patterns: vec![Pattern::Mail("ada@example.org".to_owned())],
            only_on: BTreeMap::from([(farm.clone(), Pattern::parse("al").into_iter().collect())]),
            domain: None,
        };
        assert!(me.is_me(&farm, "al") && !me.is_me(&other, "al"));
        assert_eq!(
            me.why_me(&farm, "al").as_deref(),
            Some("al is you by “al”, which is you on this master")
        );
        assert_eq!(
            me.why_me(&other, "Ada <Ada@example.org>").as_deref(),
            Some("Ada <Ada@example.org> is you by “ada@example.org”")
        );
        assert_eq!(me.why_me(&other, "al"), None);
    }

    #[test]
    fn who_is_called_alike_is_proposed() {
        let here = MasterKey::bundled();
        let me = Identity {
            patterns: ["ada.l@example.org", "Ada Lovelace", "*@ada.example"]
                .iter()
                .filter_map(|text| Pattern::parse(text))
                .collect(),
            ..Identity::default()
        };
        let table = [
            ("adal", Some("adal")),
            ("Adal <Ada.L@work.example>", Some("Ada.L@work.example")),
            ("ada-lovelace", Some("ada-lovelace")),
            ("ada.l@example.org", None),
            ("Bob <bob@example.org>", None),
            ("", None),
            ("*", None),
        ];
        for (author, proposed) in table {
            let pattern = me.may_be_me(&here, author).map(|pattern| pattern.to_string());
            assert_eq!(pattern.as_deref(), proposed, "{author}");
        }
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
}
