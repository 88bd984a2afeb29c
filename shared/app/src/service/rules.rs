//! The rules of what is told, from the settings' words to those of `watch`.

use crate::api::settings::{Rule, RuleMode, RuleWhose, Settings};
use watch::{About, MasterKey, Mode, Whose};

/// Rules that settings may have: more than a person can keep in mind.
const RULES: usize = 200;

/// Why these rules cannot be used, if so.
pub(super) fn problem(rules: &[Rule]) -> Option<String> {
    if rules.len() > RULES {
        return Some(format!("{} rules are too many; {RULES} are possible", rules.len()));
    }
    let empty = |text: &Option<String>| text.as_deref() == Some("");
    let bad = |rule: &&Rule| {
        let about = &rule.about;
        empty(&about.master) || empty(&about.project) || empty(&about.tag) || empty(&about.builder)
    };
    let at = rules.iter().position(|rule| bad(&rule))?;
    Some(format!(
        "rule {} has an empty name; leave it out to mean any, or write *",
        at + 1
    ))
}

/// What is told of builds that no rule fits.
pub(super) fn otherwise(settings: &Settings) -> watch::Rule {
    let mut modes = Vec::new();
    if settings.notify_breaks || settings.notify_others {
        modes.push(Mode::Problem);
    }
    if settings.notify_fixed {
        modes.push(Mode::Fixed);
    }
    watch::Rule {
        about: About::default(),
        whose: if settings.notify_others {
            Whose::Everybody
        } else {
            Whose::Mine
        },
        modes,
        doubtful: false,
        remind_minutes: minutes(settings.remind_hours),
    }
}

/// A rule in the words of `watch`.
pub(super) fn rule(rule: &Rule) -> watch::Rule {
    watch::Rule {
        about: About {
            master: rule.about.master.clone().map(MasterKey),
            project: rule.about.project.clone(),
            tag: rule.about.tag.clone(),
            builder: rule.about.builder.clone(),
            branch: rule.about.branch.clone(),
        },
        whose: match rule.whose {
            RuleWhose::Mine => Whose::Mine,
            RuleWhose::Everybody => Whose::Everybody,
            RuleWhose::Nobody => Whose::Nobody,
        },
        modes: rule.modes.iter().copied().map(mode).collect(),
        doubtful: rule.doubtful,
        remind_minutes: minutes(rule.remind_hours),
    }
}

fn minutes(hours: u32) -> Option<u32> {
    (hours > 0).then(|| hours.saturating_mul(60))
}

fn mode(mode: RuleMode) -> Mode {
    match mode {
        RuleMode::Change => Mode::Change,
        RuleMode::Problem => Mode::Problem,
        RuleMode::Fixed => Mode::Fixed,
        RuleMode::Failing => Mode::Failing,
        RuleMode::Passing => Mode::Passing,
        RuleMode::Warnings => Mode::Warnings,
        RuleMode::Exception => Mode::Exception,
        RuleMode::Cancelled => Mode::Cancelled,
        RuleMode::All => Mode::All,
        RuleMode::FirstFailure => Mode::FirstFailure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::settings::RuleAbout;

    #[test]
    fn the_settings_are_the_rule_for_all_else() {
        let otherwise = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            otherwise(&settings)
        };
        let usual = otherwise(|_| {});
        assert_eq!(usual.whose, Whose::Mine);
        assert_eq!(usual.modes, [Mode::Problem, Mode::Fixed]);
        assert_eq!(usual.remind_minutes, None);
        let others = otherwise(|s| (s.notify_others, s.notify_fixed, s.remind_hours) = (true, false, 3));
        assert_eq!(others.whose, Whose::Everybody);
        assert_eq!(others.modes, [Mode::Problem]);
        assert_eq!(others.remind_minutes, Some(180));
        assert_eq!(
            otherwise(|s| (s.notify_breaks, s.notify_fixed) = (false, false)).modes,
            []
        );
    }

    #[test]
    fn an_empty_name_is_no_rule_and_an_empty_branch_is_the_default_one() {
        let about = |about: RuleAbout| Rule {
            about,
            whose: RuleWhose::Mine,
            modes: vec![RuleMode::Change],
            doubtful: false,
            remind_hours: 0,
        };
        let branch = RuleAbout {
            branch: Some(String::new()),
            ..RuleAbout::default()
        };
        assert_eq!(problem(&[about(branch.clone())]), None);
        let tag = RuleAbout {
            tag: Some(String::new()),
            ..RuleAbout::default()
        };
        let bad = problem(&[about(branch), about(tag.clone())]);
        assert!(bad.is_some_and(|text| text.starts_with("rule 2 has an empty name")));
        assert!(problem(&vec![about(tag); 201]).is_some_and(|text| text.contains("too many")));
    }
}
