//! Notices, verdicts and mutes.

use super::App;
use crate::api::notices::{Mute, MuteRow, MuteScope, MuteUntil, Notices, Unmute, VerdictRow};
use crate::api::overview::{AwayLine, AwayRow, PutAway};
use crate::api::{Nothing, Refusal};
use crate::watching::View;
use model::BuilderId;
use watch::{BuilderKey, Happening, MasterKey, MuteLength, Scope, Until};

/// Verdicts on the page.
const VERDICTS: usize = 200;

pub(super) fn notices(app: &App) -> Notices {
    let view = app.watching.view();
    let verdict = |verdict: &watch::Verdict| VerdictRow {
        master: verdict.build.master.0.clone(),
        build: verdict.build.id.0,
        builder_name: verdict.builder.clone(),
        number: verdict.number,
        at: verdict.at.0,
        told: verdict.told,
        reason: verdict.reason.clone(),
        rule: verdict.rule.clone(),
    };
    Notices {
        notices: view.notices.clone(),
        verdicts: view.verdicts.iter().take(VERDICTS).map(verdict).collect(),
    }
}

pub(super) async fn mute(app: &App, mute: Mute) -> Result<Nothing, Refusal> {
    let length = match mute.until {
        MuteUntil::Minutes { minutes: 0 } => return Err(Refusal::invalid("a mute of 0 minutes is none")),
        MuteUntil::Minutes { minutes } => MuteLength::Minutes(minutes),
        MuteUntil::Tomorrow => MuteLength::UntilTomorrow,
        MuteUntil::Fixed => MuteLength::UntilFixed,
        MuteUntil::Forever => MuteLength::ForEver,
    };
    let scope = scope_of(&mute.scope);
    app.watching.apply(Happening::Mute { scope, length }).await;
    Ok(Nothing {})
}

pub(super) async fn unmute(app: &App, unmute: Unmute) -> Result<Nothing, Refusal> {
    let view = app.watching.view();
    let found = view.mutes.iter().find(|row| row.mute.since.0 == unmute.mute);
    let scope = found
        .ok_or_else(|| Refusal::not_found("that mute has ended already"))?
        .mute
        .scope
        .clone();
    app.watching.apply(Happening::Unmute(scope)).await;
    Ok(Nothing {})
}

pub(super) async fn put_away(app: &App, put_away: &PutAway) -> Result<Nothing, Refusal> {
    let id = u64::try_from(put_away.away).ok();
    let known = |id: &u64| app.watching.view().away.iter().any(|away| away.id == *id);
    let id = id
        .filter(known)
        .ok_or_else(|| Refusal::not_found("that is put away already"))?;
    app.watching.apply(Happening::PutAway(id)).await;
    Ok(Nothing {})
}

/// What happened while masters could not be heard, newest first.
pub(super) fn away_rows(view: &View) -> Vec<AwayRow> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let row = |away: &watch::Away| AwayRow {
        away: i64::try_from(away.id).unwrap_or(i64::MAX),
        master: away.master.0.clone(),
        from: away.from.0,
        until: away.until.0,
        ended: count(away.ended),
        broken_by_me: count(away.broken_by_me),
        broken_by_others: count(away.broken_by_others),
        fixed: count(away.fixed),
        named: away.named.iter().map(line).collect(),
    };
    view.away.iter().rev().map(row).collect()
}

fn line((words, target): &(String, watch::Target)) -> AwayLine {
    AwayLine {
        words: words.clone(),
        path: target.path(),
    }
}

/// The mutes in force. When they began names them, as the list may change before one is ended.
pub(super) fn mute_rows(view: &View) -> Vec<MuteRow> {
    view.mutes
        .iter()
        .map(|row| MuteRow {
            mute: row.mute.since.0,
            scope: shown_scope(&row.mute.scope),
            name: row.what.clone(),
            ends_at: match row.mute.until {
                Until::At(time) => Some(time.0),
                Until::Fixed | Until::Ended => None,
            },
            ends: row.until.clone(),
        })
        .collect()
}

fn scope_of(scope: &MuteScope) -> Scope {
    match scope {
        MuteScope::Builder { master, builder } => {
            Scope::Builder(BuilderKey::new(&MasterKey(master.clone()), BuilderId(*builder)))
        }
        MuteScope::Project { master, project } => Scope::Project {
            master: MasterKey(master.clone()),
            project: project.clone(),
        },
        MuteScope::Tag { tag } => Scope::Tag(tag.clone()),
        MuteScope::Master { master } => Scope::Master(MasterKey(master.clone())),
        MuteScope::Everything => Scope::All,
    }
}

fn shown_scope(scope: &Scope) -> MuteScope {
    match scope {
        Scope::Builder(key) => MuteScope::Builder {
            master: key.master.0.clone(),
            builder: key.id.0,
        },
        Scope::Project { master, project } => MuteScope::Project {
            master: master.0.clone(),
            project: project.clone(),
        },
        Scope::Tag(tag) => MuteScope::Tag { tag: tag.clone() },
        Scope::Master(master) => MuteScope::Master {
            master: master.0.clone(),
        },
        Scope::All => MuteScope::Everything,
    }
}
