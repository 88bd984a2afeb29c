//! Now and Builders over all masters: this program's own, and what each joined one adds.

use super::joined::overview as there;
use super::{App, overview};
use crate::api::Refusal;
use crate::api::masters::{MasterCondition, MasterRow, SignInWay};
use crate::api::overview::{BuilderRow, Overview, OverviewQuery};
use crate::joined::versions::print_of;
use crate::watching::View;
use model::BuilderId;
use watch::{BuilderKey, MasterKey};

/// Builds that ended lately, over all masters.
const RECENT: usize = 20;

pub(super) async fn overview(app: &App, query: OverviewQuery) -> Result<Overview, Refusal> {
    let view = app.watching.view();
    let mut whole = overview::here(app).await?;
    let own = crate::api::bundled();
    whole.masters.push(own_row(app, &view, &whole));
    let prints = whole.builders.iter().map(|row| {
        // Rows are plain data, so they always have a JSON form.
        let text = serde_json::to_string(row).unwrap_or_default();
        (row.builder, print_of(&text))
    });
    let versions = app.farm.versions();
    versions.compare(&own, prints.collect::<Vec<_>>());
    let members = app.farm.members();
    for member in &members {
        there::compare(app, member, &view);
    }
    let changed = versions.since(query.since);
    let of_own = changed.rows.get(&own);
    whole
        .builders
        .retain(|row| of_own.is_some_and(|ids| ids.contains(&row.builder)));
    for member in &members {
        let part = there::part(app, member, &view, &changed);
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
    let watched = |row: &BuilderRow| {
        let master = MasterKey(row.master.clone());
        view.builders.get(&BuilderKey::new(&master, BuilderId(row.builder)))
    };
    whole.builders.sort_by_cached_key(|row| overview::listed(watched(row)));
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
        broken: view.builders.red(&crate::watching::bundled()),
        running: count(own.running.len()),
    }
}
