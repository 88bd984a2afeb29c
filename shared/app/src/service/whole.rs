//! Now and Builders over all masters: this program's own, and what each joined one adds.

use super::joined::overview::{self as there, Watched};
use super::{App, overview};
use crate::api::Refusal;
use crate::api::masters::{MasterCondition, MasterRow, SignInWay};
use crate::api::overview::{Overview, OverviewQuery};
use crate::joined::versions::print_of;
use crate::watching::View;
use std::collections::HashMap;

/// Builds that ended lately, over all masters.
const RECENT: usize = 20;

pub(super) async fn overview(app: &App, query: OverviewQuery) -> Result<Overview, Refusal> {
    let view = app.watching.view();
    let mut whole = overview::here(app).await?;
    let own = crate::api::bundled();
    whole.masters.push(own_row(app, &view, &whole));
    let builders = view.snapshot.builders.iter();
    let watched: Watched<'_> = builders
        .map(|builder| ((builder.key.master.0.as_str(), builder.key.id.0), builder))
        .collect();
    let prints = whole.builders.iter().map(|row| {
        // Rows are plain data, so they always have a JSON form.
        let text = serde_json::to_string(row).unwrap_or_default();
        (row.builder, print_of(&text))
    });
    let versions = app.farm.versions();
    versions.compare(&own, prints.collect::<Vec<_>>());
    let members = app.farm.members();
    for member in &members {
        there::compare(app, member, &watched);
    }
    let changed = versions.since(query.since);
    let of_own = changed.rows.get(&own);
    whole
        .builders
        .retain(|row| of_own.is_some_and(|ids| ids.contains(&row.builder)));
    for member in &members {
        let part = there::part(app, member, &view, &watched, &changed);
        whole.masters.push(there::master_row(member, &view));
        whole.builders.extend(part.builders);
        whole.breaks.extend(part.breaks);
        whole.running.extend(part.running);
        whole.waiting.extend(part.waiting);
        whole.recent.extend(part.recent);
        whole.workers.extend(part.workers);
    }
    (whole.version, whole.whole, whole.gone) = (changed.version, changed.whole, changed.gone);
    sort(&mut whole, &view);
    Ok(whole)
}

/// Trouble first, whoever's it is.
fn sort(whole: &mut Overview, view: &View) {
    let builders = view.snapshot.builders.iter().enumerate();
    let rank: HashMap<(&str, i64), usize> = builders
        .map(|(rank, builder)| ((builder.key.master.0.as_str(), builder.key.id.0), rank))
        .collect();
    let rank_of = |master: &str, builder: i64| rank.get(&(master, builder)).copied().unwrap_or(usize::MAX);
    whole.builders.sort_by_key(|row| rank_of(&row.master, row.builder));
    whole
        .breaks
        .sort_by_key(|broken| (!broken.mine, std::cmp::Reverse(broken.since)));
    whole.running.sort_by_key(|row| row.mark.started_at);
    whole.recent.sort_by_key(|mark| std::cmp::Reverse(mark.complete_at));
    whole.recent.truncate(RECENT);
}

/// This program's own master as a row.
pub(super) fn own_row(app: &App, view: &View, own: &Overview) -> MasterRow {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let red = |builder: &&watch::BuilderView| {
        builder.key.master == crate::watching::bundled() && builder.colour == watch::Colour::Red
    };
    MasterRow {
        master: crate::api::bundled(),
        title: app.master.config().title.clone(),
        url: None,
        version: Some(format!("Outpost {}", env!("CARGO_PKG_VERSION"))),
        outpost: true,
        condition: MasterCondition::Live,
        words: "This program's own".to_owned(),
        hint: None,
        stale_since: None,
        retry_at: None,
        sign_in: SignInWay::None,
        user: None,
        signed_out: None,
        session_only: false,
        denied: Default::default(),
        builders: count(own.builders.len()),
        broken: count(view.snapshot.builders.iter().filter(red).count()),
        running: count(own.running.len()),
    }
}
