//! How a person names a build: `[MASTER/]BUILDER/NUMBER`, `[MASTER/]BUILDER`, or `[MASTER/]ID`.

use super::name;
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use crate::show;
use app::api::Nothing;
use app::api::build::{BuildPage, BuildQuery};
use app::api::overview::{BuildMark, BuilderRow, Overview};

/// The builder of that name.
pub async fn builder(client: &Client, text: &str) -> Result<BuilderRow, Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    let fits = |row: &BuilderRow, name: &str| (row.name == name).then_some(());
    let found = name::find(text, &overview.masters, &overview.builders, of_row, fits);
    match found {
        Ok((row, ())) => Ok(row.clone()),
        Err(unresolved) => Err(refused(&unresolved, text, &overview)),
    }
}

/// The build of that name with all that is known of it; of a builder alone its newest one.
pub async fn build(client: &Client, text: &str) -> Result<BuildPage, Failure> {
    match find(client, text).await? {
        Found::Mark(mark) => page(client, mark.master, mark.build).await,
        Found::Page(page) => Ok(*page),
    }
}

/// The build of that name; of a builder alone its newest one. Its master is asked only when it is not known here.
pub async fn mark(client: &Client, text: &str) -> Result<BuildMark, Failure> {
    match find(client, text).await? {
        Found::Mark(mark) => Ok(mark),
        Found::Page(page) => Ok(page.mark),
    }
}

/// Everything about a build.
pub async fn page(client: &Client, master: String, build: i64) -> Result<BuildPage, Failure> {
    client.call("build", BuildQuery::Id { master, build }).await
}

enum Found {
    Mark(BuildMark),
    Page(Box<BuildPage>),
}

async fn find(client: &Client, text: &str) -> Result<Found, Failure> {
    if let Ok(build) = text.parse() {
        let found = page(client, app::api::bundled(), build).await?;
        return Ok(Found::Page(Box::new(found)));
    }
    let overview: Overview = client.call("overview", Nothing {}).await?;
    let (row, number) = match name::find(text, &overview.masters, &overview.builders, of_row, numbered) {
        Ok(found) => found,
        Err(unresolved) => {
            let Some((master, build)) = name::id(text, &overview.masters) else {
                return Err(refused(&unresolved, text, &overview));
            };
            return Ok(Found::Page(Box::new(page(client, master, build).await?)));
        }
    };
    let Some(number) = number else {
        return newest(row).map(Found::Mark);
    };
    let known = row.running.iter().map(|run| &run.mark).chain(&row.last);
    if let Some(mark) = known.into_iter().find(|mark| mark.number == number) {
        return Ok(Found::Mark(mark.clone()));
    }
    let query = BuildQuery::Number {
        master: row.master.clone(),
        builder: row.builder,
        number,
    };
    Ok(Found::Page(Box::new(client.call("build", query).await?)))
}

/// The builder's newest build: one that runs, or the last.
fn newest(row: &BuilderRow) -> Result<BuildMark, Failure> {
    let known = row.running.iter().map(|run| &run.mark).chain(&row.last);
    let newest = known.max_by_key(|mark| mark.number).cloned();
    newest.ok_or_else(|| {
        let name = show::name::of(&row.master, &row.name);
        Failure::new(NOT_FOUND, format!("'{name}' has not been built yet"))
            .hint(format!("Build it with:  outpost force {name}"))
    })
}

/// Whether a builder is meant, and which of its builds.
fn numbered(row: &BuilderRow, text: &str) -> Option<Option<i64>> {
    if row.name == text {
        return Some(None);
    }
    let number = text.strip_prefix(&row.name)?.strip_prefix('/')?;
    Some(Some(number.parse().ok()?))
}

fn of_row(row: &BuilderRow) -> (&str, &str) {
    (&row.master, &row.name)
}

fn refused(unresolved: &name::Unresolved, text: &str, overview: &Overview) -> Failure {
    let names = overview
        .builders
        .iter()
        .map(|row| show::name::of(&row.master, &row.name));
    let none = "Nothing is configured. Add a repository with:  outpost init DIR";
    unresolved.failure("builder", text, names.collect(), none)
}
