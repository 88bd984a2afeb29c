//! From a target's name to the way that a change takes.

use super::{Known, carrier, desk, known, named};
use crate::api::Refusal;
use crate::api::tries::{TryAt, TryWay};
use crate::service::App;
use crate::tries::access;
use crate::tries::held::Change;
use crate::tries::look::field;
use crate::tries::record::Route;
use vcs::working_copy::Carrier;

/// Where a change goes.
#[derive(Clone, Debug)]
pub(in crate::tries) struct Resolved {
    pub target: String,
    pub route: Route,
    /// Key of the master; empty when it is not joined.
    pub master: String,
    pub title: String,
    pub words: String,
    pub carrier: Carrier,
    pub known: Known,
    /// A password that is in no keychain and no file.
    pub password: Option<String>,
}

pub(in crate::tries) async fn resolve(
    app: &App,
    change: &Change,
    target: &str,
    at: Option<&TryAt>,
) -> Result<Resolved, Refusal> {
    let plain = |route: Route, title: String, words: String, password: Option<String>| Resolved {
        target: target.to_owned(),
        carrier: carrier(change, route.way(), false),
        route,
        master: String::new(),
        title,
        words,
        known: Known::default(),
        password,
    };
    if let Some(at) = at {
        let kept = named::kept_of(at)?;
        let password = kept.password.clone();
        return Ok(plain(
            named::route(&kept),
            at.address.clone(),
            at.address.clone(),
            password,
        ));
    }
    if target == desk::NAME {
        let title = app.master.config().title.clone();
        let desk = plain(Route::Desk, title, "this program's own master".to_owned(), None);
        return Ok(Resolved {
            master: crate::api::bundled(),
            ..desk
        });
    }
    if target == named::name_of(TryWay::Pb) || target == named::name_of(TryWay::Ssh) {
        let found = access::of_folder(&change.root).await;
        let (kept, _) = found.ok_or_else(|| {
            let words = format!("no .buildbot/options above {} names a master", change.root.display());
            field("target", words)
        })?;
        return Ok(plain(
            named::route(&kept),
            kept.address.clone(),
            kept.address.clone(),
            None,
        ));
    }
    of_member(app, change, target)
}

/// `KEY/pb`, `KEY/ssh`, `KEY/form/SCHEDULER`
fn of_member(app: &App, change: &Change, target: &str) -> Result<Resolved, Refusal> {
    let unknown = || field("target", format!("'{target}' is no place that a change can go to"));
    let (master, way) = target.split_once('/').ok_or_else(unknown)?;
    let member = app.farm.get(master).ok_or_else(|| crate::joined::not_joined(master))?;
    let master = master.to_owned();
    let joined = |way: TryWay| Route::Joined {
        way,
        master: master.clone(),
    };
    let route = match way.split_once('/') {
        None if way == "pb" => joined(TryWay::Pb),
        None if way == "ssh" => joined(TryWay::Ssh),
        Some(("form", scheduler)) => Route::Form {
            master: master.clone(),
            scheduler: scheduler.to_owned(),
        },
        _ => return Err(unknown()),
    };
    Ok(Resolved {
        target: target.to_owned(),
        carrier: carrier(change, route.way(), member.is_outpost()),
        words: format!("{master} by {way}"),
        title: member.title(),
        known: known(&member, change.repository(), change.base()),
        master,
        route,
        password: None,
    })
}
