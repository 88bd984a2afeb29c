//! The console of a joined master: what its picture has, and one list of builds that is read now and then.
//!
//! Builds and changes are joined by the revisions that builds were asked for and got: a build's own changes would cost
//! a request for each build. A build has what its revision has, so that its newest change is enough.

use super::ranges::ranges;
use super::{Row, Wanted, columns, lines, page};
use crate::api::Refusal;
use crate::api::console::{Console, ConsoleBuilder, ConsoleCell, ConsoleChange, ConsoleLine};
use crate::joined::Member;
use crate::service::joined::refused;
use crate::service::{App, clock};
use client::picture::{Builder, Picture};
use client::rest;
use model::{BuildId, Properties};
use std::collections::{BTreeMap, HashMap};

/// Changes that are asked for, to look through for those of one line.
const CHANGES: usize = 200;
/// Builds that are asked for.
const BUILDS: usize = 500;
/// An older page's builds are looked for up to this long after its newest change, in seconds.
const LATER: i64 = 24 * 3600;

/// A build with the revisions that it has, one for each codebase. Its cell has no row yet.
pub(crate) struct Built {
    cell: ConsoleCell,
    revisions: Vec<String>,
}

pub(super) async fn console(app: &App, member: &Member, wanted: Wanted) -> Result<Console, Refusal> {
    let (rows, whole) = rows(app, member, wanted.before)
        .await
        .map_err(|error| refused(member, error))?;
    let (all, line) = lines(&rows, &wanted);
    let (changes, next) = page(rows, line.as_ref(), &wanted, whole);
    let question = question(&changes, wanted.before.is_some());
    let read = member
        .builds_of_changes
        .answer(&question, read(member, &question))
        .await;
    let mut built = member.joined.with(of_picture);
    let partial = match &read {
        Ok(read) if read.len() < BUILDS => None,
        Ok(_) => Some(format!(
            "Only the last {BUILDS} builds were looked at: older changes may have more."
        )),
        Err(error) => Some(format!("Only what is known already: {error}.")),
    };
    for one in read.iter().flat_map(|read| read.iter()) {
        // The picture is the newer one.
        built
            .entry(one.cell.build)
            .or_insert_with(|| (one.cell.clone(), one.revisions.clone()));
    }
    let (mut cells, breaks) = ranges(placed(&changes, built), changes.len());
    let ours = |at: i64| member.ours(model::Time(at)).0;
    for cell in &mut cells {
        cell.started_at = ours(cell.started_at);
        cell.complete_at = cell.complete_at.map(ours);
    }
    Ok(Console {
        now: clock::now().0,
        line,
        lines: all,
        builders: columns(configured(member), &cells),
        cells,
        breaks,
        changes,
        next,
        partial,
    })
}

/// The newest changes are in the picture; older ones are asked for. Also whether there are no older ones.
async fn rows(app: &App, member: &Member, before: Option<i64>) -> Result<(Vec<Row>, bool), client::Error> {
    let known: Vec<Row> = match before {
        None => member.joined.with(|picture| {
            let mut known: Vec<Row> = picture.changes().map(|change| known(app, member, change)).collect();
            known.sort_by_key(|row| std::cmp::Reverse(row.change.change));
            known
        }),
        Some(_) => Vec::new(),
    };
    if !known.is_empty() {
        return Ok((known, false));
    }
    let before = before.map_or(String::new(), |id| format!("&changeid__lt={id}"));
    let path = format!("changes?order=-changeid&limit={CHANGES}{before}");
    let mut found: Vec<rest::Change> = member.http().rows(&path, "changes").await?;
    found.sort_by_key(|change| std::cmp::Reverse(change.id));
    found.dedup_by_key(|change| change.id);
    let whole = found.len() < CHANGES;
    Ok((
        found.into_iter().map(|change| row(app, member, change)).collect(),
        whole,
    ))
}

fn known(app: &App, member: &Member, change: &client::picture::Change) -> Row {
    let branch = change.branch.as_ref().map(|branch| branch.to_string());
    Row {
        line: ConsoleLine {
            project: change.project.to_string(),
            branch: branch.unwrap_or_default(),
        },
        change: ConsoleChange {
            change: change.id.0,
            revision: change.revision.as_ref().map(|revision| revision.to_string()),
            mine: app.is_me_at(&member.key, &change.author),
            author: change.author.to_string(),
            when: change.when.map_or(0, |at| at.0),
            comment: change.title.to_string(),
            repository: change.repository.to_string(),
        },
    }
}

fn row(app: &App, member: &Member, change: rest::Change) -> Row {
    Row {
        line: ConsoleLine {
            project: change.project,
            branch: change.branch.unwrap_or_default(),
        },
        change: ConsoleChange {
            change: change.id.0,
            revision: change.revision,
            mine: app.is_me_at(&member.key, &change.author),
            author: change.author,
            when: change.when.map_or(0, |at| at.0),
            comment: change.comments.lines().next().unwrap_or_default().to_owned(),
            repository: change.repository,
        },
    }
}

/// The question for the builds that may have these changes. Those that began long after an older page are not its.
fn question(changes: &[ConsoleChange], older: bool) -> String {
    let mut path = format!("builds?order=-buildid&limit={BUILDS}&property=got_revision&property=revision");
    if let Some(newest) = changes.iter().map(|change| change.when).max().filter(|_| older) {
        path.push_str(&format!("&started_at__lt={}", newest / 1000 + LATER));
    }
    path
}

async fn read(member: &Member, question: &str) -> Result<Vec<Built>, client::Error> {
    let builds: Vec<rest::Build> = member.http().rows(question, "builds").await?;
    Ok(builds.into_iter().map(built).collect())
}

fn built(build: rest::Build) -> Built {
    Built {
        revisions: revisions(&build.properties),
        cell: ConsoleCell {
            builder: build.builder.0,
            top: 0,
            bottom: 0,
            build: build.id.0,
            number: build.number,
            results: build.results.map(u8::from),
            started_at: build.started_at.map_or(0, |at| at.0),
            complete_at: build.complete_at.map(|at| at.0),
            state: build.state_string,
            before: 0,
        },
    }
}

/// The revisions that a build got, or else the one that it was asked for.
fn revisions(properties: &Properties) -> Vec<String> {
    let of = |name| match properties.get(name) {
        Some(model::Json::String(revision)) if !revision.is_empty() => vec![revision.clone()],
        Some(model::Json::Object(codebases)) => codebases
            .values()
            .filter_map(|revision| revision.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let got = of("got_revision");
    if got.is_empty() { of("revision") } else { got }
}

type ByBuild = BTreeMap<i64, (ConsoleCell, Vec<String>)>;

/// The builds that are known without asking.
fn of_picture(picture: &Picture) -> ByBuild {
    let cell = |build: BuildId, builder: model::BuilderId, number, started_at: model::Time| ConsoleCell {
        builder: builder.0,
        top: 0,
        bottom: 0,
        build: build.0,
        number,
        results: None,
        started_at: started_at.0,
        complete_at: None,
        state: String::new(),
        before: 0,
    };
    let mut known = ByBuild::new();
    for build in picture.builders().flat_map(Builder::finished) {
        let cell = ConsoleCell {
            results: build.results.map(u8::from),
            complete_at: Some(build.complete_at.0),
            ..cell(build.build, build.builder, build.number, build.started_at)
        };
        let revision = build.about.revision.as_ref().map(|revision| revision.to_string());
        known.insert(build.build.0, (cell, revision.into_iter().collect()));
    }
    for build in picture.running() {
        let cell = ConsoleCell {
            state: build.state.to_string(),
            ..cell(build.build, build.builder, build.number, build.started_at)
        };
        let revision = build.about.revision.as_ref().map(|revision| revision.to_string());
        known.insert(build.build.0, (cell, revision.into_iter().collect()));
    }
    known
}

/// The builds that have one of the changes, each in the row of the newest.
fn placed(changes: &[ConsoleChange], built: ByBuild) -> Vec<ConsoleCell> {
    let rows = changes.iter().enumerate().rev();
    let by_revision: HashMap<&str, usize> = rows
        .filter_map(|(row, change)| Some((change.revision.as_deref()?, row)))
        .collect();
    let place = |(mut cell, revisions): (ConsoleCell, Vec<String>)| {
        let rows = revisions
            .iter()
            .filter_map(|revision| by_revision.get(revision.as_str()));
        cell.top = *rows.min()?;
        cell.bottom = cell.top;
        Some(cell)
    };
    built.into_values().filter_map(place).collect()
}

fn configured(member: &Member) -> Vec<ConsoleBuilder> {
    member.joined.with(|picture| {
        let project = |builder: &Builder| Some(picture.project_of(builder.project?)?.name.to_string());
        picture
            .builders()
            .map(|builder| ConsoleBuilder {
                builder: builder.id.0,
                name: builder.shown_name().to_owned(),
                tags: builder.shown_tags().iter().map(|tag| tag.to_string()).collect(),
                project: project(builder),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn change(id: i64, revision: &str) -> ConsoleChange {
        ConsoleChange {
            change: id,
            revision: Some(revision.to_owned()),
            author: String::new(),
            mine: false,
            when: id * 1000,
            comment: String::new(),
            repository: String::new(),
        }
    }

    fn build(id: i64, properties: Value) -> (i64, (ConsoleCell, Vec<String>)) {
        let row = json!({"buildid": id, "builderid": 1, "number": id, "properties": properties});
        let built = built(serde_json::from_value(row).expect("a build"));
        (id, (built.cell, built.revisions))
    }

    #[test]
    fn builds_stand_at_the_revision_that_they_got_or_were_asked_for() {
        let changes = [change(9, "c"), change(8, "b"), change(7, "a")];
        let builds = [
            build(1, json!({"revision": ["main", "Build"], "got_revision": ["a", "Git"]})),
            build(2, json!({"revision": ["b", "Build"]})),
            build(
                3,
                json!({"revision": ["", "Build"], "got_revision": [{"lib": "x", "app": "c"}, "Git"]}),
            ),
            build(4, json!({"got_revision": [7, "Git"]})),
            build(5, json!(null)),
        ];
        let found = placed(&changes, builds.into_iter().collect());
        let found: Vec<(i64, usize)> = found.iter().map(|cell| (cell.build, cell.top)).collect();
        assert_eq!(found, [(1, 2), (2, 1), (3, 0)]);
    }

    #[test]
    fn an_older_pages_question_ends_some_time_after_it() {
        let changes = [change(9, "c"), change(8, "b")];
        assert!(!question(&changes, false).contains("started_at"));
        assert!(question(&changes, true).ends_with("&started_at__lt=86409"));
        assert!(!question(&[], true).contains("started_at"));
    }
}
