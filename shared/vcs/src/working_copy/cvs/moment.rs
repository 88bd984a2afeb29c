//! The time at which the repository was as the working copy has it. CVS numbers no trees, so that a time is all that a
//! master can be told; it is tried by letting CVS say what an update to it would change.

use super::entries::Sticky;
use crate::working_copy::TakeError;
use crate::working_copy::command::{Answer, Program};
use crate::working_copy::names;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

/// A time, and what is not certain of it.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) time: DateTime,
    /// Files that the repository has in another revision at that time.
    pub(super) differing: BTreeSet<Vec<u8>>,
    /// Files of which the repository has a newer revision by now.
    pub(super) outdated: BTreeSet<Vec<u8>>,
    /// Why nothing could be tried.
    pub(super) untried: Option<String>,
}

/// What the working copy has.
pub(super) struct Known<'a> {
    /// Revisions by file.
    pub(super) revisions: BTreeMap<Vec<u8>, String>,
    /// Files that are not there, or are in a conflict: what CVS says of them tells nothing of the time.
    pub(super) aside: BTreeSet<Vec<u8>>,
    /// The newest time that is noted.
    pub(super) newest: DateTime,
    pub(super) sticky: &'a Sticky,
    /// The options of every command.
    pub(super) options: &'a [&'a str],
}

/// As the master's step takes it.
pub(super) fn shown(time: DateTime) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S +0000").to_string()
}

/// Finds the time.
pub(super) async fn find(cvs: &Program, known: &Known<'_>) -> Result<Moment, TakeError> {
    if let Sticky::Time(time) = known.sticky {
        return Ok(moment(*time));
    }
    let (at_newest, outdated) = tokio::join!(tried(cvs, known, Some(known.newest)), tried(cvs, known, None));
    let (differing, outdated) = match (at_newest, outdated) {
        (Ok(differing), Ok(outdated)) => (differing, outdated),
        (Err(error @ TakeError::NoProgram { .. }), _) | (_, Err(error @ TakeError::NoProgram { .. })) => {
            return Err(error);
        }
        (Err(error), _) | (_, Err(error)) => {
            return Ok(Moment {
                untried: Some(error.to_string()),
                ..moment(known.newest)
            });
        }
    };
    if differing.is_empty() {
        return Ok(Moment {
            outdated,
            ..moment(known.newest)
        });
    }
    if outdated.is_empty() {
        return Ok(moment(now()));
    }
    let later = committed(cvs, known, &differing).await?;
    let differing = match later > known.newest {
        true => tried(cvs, known, Some(later)).await?,
        false => differing,
    };
    Ok(Moment {
        outdated,
        differing,
        ..moment(later)
    })
}

fn moment(time: DateTime) -> Moment {
    Moment {
        time,
        differing: BTreeSet::new(),
        outdated: BTreeSet::new(),
        untried: None,
    }
}

fn now() -> DateTime {
    TimeZone::UTC.to_datetime(Timestamp::now())
}

/// What an update to a time, or to the newest, would change.
async fn tried(cvs: &Program, known: &Known<'_>, time: Option<DateTime>) -> Result<BTreeSet<Vec<u8>>, TakeError> {
    let time = time.map(shown);
    let mut words = [known.options, &["-n", "update"]].concat();
    if let Some(time) = &time {
        words.extend(["-D", time]);
        if let Sticky::Tag(tag) = known.sticky {
            words.extend(["-r", tag]);
        }
    }
    let answer = cvs.run(&words, &[]).await?;
    let changed = changed(&answer);
    if !answer.is_well && changed.is_empty() {
        return Err(cvs.failed(&words, &answer.complaints));
    }
    Ok(changed.difference(&known.aside).cloned().collect())
}

/// The files that an update would change: `U name`, `P name`, `C name`, or a complaint that it is not there any more.
fn changed(answer: &Answer) -> BTreeSet<Vec<u8>> {
    let lines = answer.out.split(|byte| *byte == b'\n');
    let named = lines.filter_map(|line| match line {
        [b'U' | b'P' | b'C', b' ', name @ ..] => Some(name.to_vec()),
        _ => None,
    });
    let gone = answer
        .complaints
        .lines()
        .filter(|line| line.contains("no longer in the repository"));
    let gone = gone.filter_map(|line| {
        let start = line.find('`').or(line.find('\''))? + 1;
        let end = line.rfind('\'')?;
        Some(line.get(start..end)?.as_bytes().to_vec())
    });
    named.chain(gone).collect()
}

/// The newest time at which one of the files got the revision that the working copy has.
async fn committed(cvs: &Program, known: &Known<'_>, files: &BTreeSet<Vec<u8>>) -> Result<DateTime, TakeError> {
    let words = [known.options, &["log", "-N", "--"]].concat();
    let names: Vec<OsString> = files.iter().map(|name| names::os(name)).collect();
    let said = cvs.run(&words, &names).await?;
    let times = times(&said.out);
    let own = files.iter().filter_map(|file| {
        let revision = known.revisions.get(file)?;
        times.get(&(file.clone(), revision.clone())).copied()
    });
    Ok(own.max().unwrap_or(known.newest).max(known.newest))
}

/// When each revision was made, by `log`.
fn times(log: &[u8]) -> BTreeMap<(Vec<u8>, String), DateTime> {
    let mut times = BTreeMap::new();
    let (mut file, mut revision) = (vec![], String::new());
    for line in log.split(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"Working file: ") {
            file = name.to_vec();
        } else if let Some(number) = line.strip_prefix(b"revision ") {
            let number = number.split(|byte| byte.is_ascii_whitespace()).next();
            revision = names::shown(number.unwrap_or_default());
        } else if let Some(rest) = line.strip_prefix(b"date: ") {
            let text = names::shown(rest).replace('/', "-");
            let time = text
                .get(..19)
                .and_then(|time| DateTime::strptime("%Y-%m-%d %H:%M:%S", time).ok());
            times.extend(time.map(|time| ((file.clone(), revision.clone()), time)));
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_an_update_would_change_is_read() {
        let answer = Answer {
            is_well: true,
            out: b"U a b\nP d/x\nM mine\nA new\n? unknown\nC both\n".to_vec(),
            complaints: "cvs update: `-x' is no longer in the repository\ncvs update: warning: `c' was lost\n"
                .to_owned(),
        };
        let expected: [&[u8]; 4] = [b"-x", b"a b", b"both", b"d/x"];
        assert_eq!(changed(&answer).iter().map(Vec::as_slice).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn times_of_revisions_are_read() {
        let log = b"Working file: d/a\nhead: 1.2\n---\nrevision 1.2\ndate: 2026-11-21 20:26:17 +0000;  author: x;\n\
            revision 1.1\tlocked by: x;\ndate: 2026/11/20 20:26:17;  author: x;\n";
        let times = times(log);
        let time = |day| jiff::civil::date(2026, 11, day).at(20, 26, 17, 0);
        assert_eq!(times[&(b"d/a".to_vec(), "1.2".to_owned())], time(21));
        assert_eq!(times[&(b"d/a".to_vec(), "1.1".to_owned())], time(20));
        assert_eq!(shown(time(21)), "2026-11-21 20:26:17 +0000");
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), complaints in ".{0,40}no longer in the repository.{0,20}") {
            times(&bytes);
            changed(&Answer { is_well: true, out: bytes, complaints });
        }
    }
}
