//! Rules: which builds are told, and to what end. The first rule that fits a build decides.

use crate::MasterKey;
use crate::happening::{BuilderInfo, Settings};
use crate::identity::like;
use model::Results;
use serde::{Deserialize, Serialize};

/// What is told of some builders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which builds it is about.
    pub about: About,
    /// Whose builds are told.
    pub whose: Whose,
    /// Which of them are told.
    pub modes: Vec<Mode>,
    /// Also where it is doubtful that the person is to blame: one of a crowd, or a builder that flips by itself.
    pub doubtful: bool,
    /// Repeat a break's notice after this many minutes while it lasts.
    pub remind_minutes: Option<u32>,
}

/// Which builds a rule is about: those that all given parts fit. `*` in a text stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The master.
    pub master: Option<MasterKey>,
    /// Name of the builder's project.
    pub project: Option<String>,
    /// One of the builder's tags.
    pub tag: Option<String>,
    /// Name of the builder.
    pub builder: Option<String>,
    /// Branch of one of the build's changes or source stamps; the empty text is the default branch.
    pub branch: Option<String>,
}

/// Whose builds are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those that the person may be to blame for.
    Mine,
    /// All: the person is interested.
    Everybody,
    /// None.
    Nobody,
}

/// What is told, by the names of Buildbot's report generators; `Fixed` and `FirstFailure` are more than it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Breaks and repairs.
    Change,
    /// Breaks: red after green.
    Problem,
    /// Repairs: green after red.
    Fixed,
    /// Every failure.
    Failing,
    /// Every success.
    Passing,
    /// Every build with warnings.
    Warnings,
    /// Every exception.
    Exception,
    /// Every build that was cancelled.
    Cancelled,
    /// Every build.
    All,
    /// The first failure of a build set, and one summary at its end, in place of a notice for each break in it.
    FirstFailure,
}

impl Rule {
    /// What is told where nobody chose anything: breaks and repairs of what is the person's.
    pub fn usual() -> Rule {
        Rule {
            about: About::default(),
            whose: Whose::Mine,
            modes: vec![Mode::Change],
            doubtful: false,
            remind_minutes: None,
        }
    }

    pub(crate) fn has(&self, modes: &[Mode]) -> bool {
        self.modes.iter().any(|mode| modes.contains(mode))
    }

    pub(crate) fn tells_breaks(&self) -> bool {
        self.has(&[
            Mode::Change,
            Mode::Problem,
            Mode::Failing,
            Mode::All,
            Mode::FirstFailure,
        ])
    }

    pub(crate) fn tells_repairs(&self) -> bool {
        self.has(&[Mode::Change, Mode::Fixed, Mode::Passing, Mode::All])
    }

    /// Whether every build with that result is told, news or not. A retry never is: its request is built again.
    pub(crate) fn tells_each(&self, results: Results) -> bool {
        let mode = match results {
            Results::Failure => Mode::Failing,
            Results::Success => Mode::Passing,
            Results::Warnings => return self.has(&[Mode::Warnings, Mode::Passing, Mode::All]),
            Results::Exception => Mode::Exception,
            Results::Cancelled => Mode::Cancelled,
            Results::Retry => return false,
            Results::Skipped => Mode::All,
        };
        self.has(&[mode, Mode::All])
    }
}

impl About {
    /// Whether a build of the builder is meant, by the branches that were in it.
    pub(crate) fn fits<'a>(&self, builder: &BuilderInfo, mut branches: impl Iterator<Item = &'a str>) -> bool {
        let fits = |pattern: &Option<String>, text: &str| pattern.as_ref().is_none_or(|p| like(p, text));
        let any = |pattern: &Option<String>, texts: &[String]| {
            pattern.as_ref().is_none_or(|p| texts.iter().any(|text| like(p, text)))
        };
        self.master.as_ref().is_none_or(|master| *master == builder.key.master)
            && (self.project.is_none() || builder.project.as_ref().is_some_and(|name| fits(&self.project, name)))
            && any(&self.tag, &builder.tags)
            && fits(&self.builder, &builder.name)
            && self
                .branch
                .as_ref()
                .is_none_or(|p| branches.any(|branch| like(p, branch)))
    }

    /// `builder nightly-*, branch main`; nothing for all builds.
    fn words(&self) -> String {
        let master = self.master.as_ref().map(|master| format!("master {master}"));
        let named = [
            ("project", &self.project),
            ("tag", &self.tag),
            ("builder", &self.builder),
            ("branch", &self.branch),
        ];
        let named = named.into_iter().filter_map(|(what, text)| match text.as_deref()? {
            "" => Some(format!("the default {what}")),
            text => Some(format!("{what} {text}")),
        });
        master.into_iter().chain(named).collect::<Vec<_>>().join(", ")
    }
}

/// The rule that decides about a build, and how people speak of it.
#[derive(Clone, Debug)]
pub(crate) struct Ruling {
    pub rule: Rule,
    /// `rule 2 (builder nightly-*)`, or `your settings`.
    pub words: String,
}

impl Settings {
    /// The first rule that fits; where none does, what holds otherwise.
    pub(crate) fn ruling<'a>(&self, builder: &BuilderInfo, branches: impl Iterator<Item = &'a str> + Clone) -> Ruling {
        let fits = |(_, rule): &(usize, &Rule)| rule.about.fits(builder, branches.clone());
        match self.rules.iter().enumerate().find(fits) {
            Some((at, rule)) => Ruling {
                rule: rule.clone(),
                words: match rule.about.words() {
                    about if about.is_empty() => format!("your rule {}", at + 1),
                    about => format!("your rule {} ({about})", at + 1),
                },
            },
            None => Ruling {
                rule: self.otherwise.clone(),
                words: "your settings".to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BuilderKey;
    use model::BuilderId;

    #[test]
    fn a_rule_fits_by_all_its_parts() {
        let builder = BuilderInfo {
            key: BuilderKey::new(&MasterKey("farm".to_owned()), BuilderId(1)),
            name: "nightly-arm".to_owned(),
            tags: vec!["slow".to_owned(), "arm".to_owned()],
            project: Some("app".to_owned()),
            can_force: false,
        };
        let about = |master: &str, project: &str, tag: &str, name: &str, branch: &str| {
            let some = |text: &str| (text != "-").then(|| text.to_owned());
            About {
                master: some(master).map(MasterKey),
                project: some(project),
                tag: some(tag),
                builder: some(name),
                branch: some(branch),
            }
        };
        let table = [
            (about("-", "-", "-", "-", "-"), true),
            (about("farm", "app", "arm", "nightly-*", "release/*"), true),
            (about("other", "-", "-", "-", "-"), false),
            (about("-", "ap", "-", "-", "-"), false),
            (about("-", "-", "a*", "-", "-"), true),
            (about("-", "-", "fast", "-", "-"), false),
            (about("-", "-", "-", "nightly", "-"), false),
            (about("-", "-", "-", "-", "main"), false),
            (about("-", "-", "-", "-", ""), true),
        ];
        for (about, fits) in table {
            let branches = ["release/4.2", ""];
            assert_eq!(about.fits(&builder, branches.into_iter()), fits, "{about:?}");
        }
        let no_branch = about("-", "-", "-", "-", "*");
        assert!(!no_branch.fits(&builder, std::iter::empty()), "no branch is known");
    }
}
