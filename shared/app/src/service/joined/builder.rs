//! One builder's page, of a joined master.

use super::super::App;
use super::marks::{Marker, PROPERTIES};
use super::refused;
use super::rows::Rows;
use crate::api::Refusal;
use crate::api::overview::{BuildMark, BuilderPage, BuilderQuery};
use crate::joined::Member;
use client::rest;
use model::BuilderId;

/// Builds on a page.
const PAGE: usize = 50;

pub(in crate::service) async fn builder(
    app: &App,
    member: &Member,
    query: BuilderQuery,
) -> Result<BuilderPage, Refusal> {
    let id = BuilderId(query.builder);
    member.joined.want_builder(id);
    let view = app.watching.view();
    let key = &member.key;
    let watched = view.builders.get(&watch::BuilderKey::new(key, id));
    let known = member.joined.with(|picture| {
        let rows = Rows::of(app, member, picture);
        let builder = picture.builder_of(id)?;
        let waiting = picture.requests().filter(|request| request.builder == id);
        let waiting = waiting.map(|request| rows.waiting(request)).collect();
        Some((rows.builder(builder, watched), waiting))
    });
    let (row, waiting) = known.ok_or_else(|| Refusal::not_found(format!("{key} has no builder {id}")))?;
    let (builds, more) = match history(app, member, &query).await {
        Ok(mut builds) => {
            let more = builds.len() > PAGE;
            builds.truncate(PAGE);
            (builds, more)
        }
        // While it cannot be heard, the last builds are there all the same.
        Err(error) if error.is_passing() && query.before.is_none() => (row.last.clone(), false),
        Err(error) => return Err(refused(member, error)),
    };
    Ok(BuilderPage {
        row,
        builds,
        more,
        waiting,
        steps: Vec::new(),
        configured_at: None,
    })
}

/// Its builds, the newest first, one more than a page has.
async fn history(app: &App, member: &Member, query: &BuilderQuery) -> Result<Vec<BuildMark>, client::Error> {
    let before = query
        .before
        .map_or(String::new(), |number| format!("&number__lt={number}"));
    let path = format!(
        "builders/{}/builds?order=-number&limit={}{before}&{PROPERTIES}",
        query.builder,
        PAGE + 1
    );
    let mut rows: Vec<rest::Build> = member.http().rows(&path, "builds").await?;
    rows.sort_by_key(|build| std::cmp::Reverse(build.number));
    rows.retain(|build| build.builder.0 == query.builder && query.before.is_none_or(|before| build.number < before));
    let marker = Marker::new(app, member);
    Ok(rows.iter().map(|build| marker.read(build)).collect())
}
