//! From a target's name to the way that a change takes.

use super::{Known, carrier, desk, known, named};
use crate::api::Refusal;
use crate::api::tries::{TryAt, TryWay};
use crate::service::App;
use crate::tries::access;
use crate::tries::held::Change;
use crate::tries::look::field;
use crate::tries::record::Route;
use submit::limits;
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
    /// The master is one, as far as is known.
    pub outpost: bool,
    /// Bytes that a job file may have, where it goes as one.
    pub job_file: usize,
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
    if let Some(at) = at {
        let kept = named::kept_of(at)?;
        return Ok(Resolved {
            password: kept.password.clone(),
            ..of_named(
                change,
                target,
                &kept.address,
                named::route(&kept, named::is_outpost(app, &kept)),
            )
        });
    }
    if target == desk::NAME {
        return Ok(of_desk(app, change));
    }
    if target == named::name_of(TryWay::Pb) || target == named::name_of(TryWay::Ssh) {
        let found = access::of_folder(&change.root).await;
        let (kept, _) = found.ok_or_else(|| {
            let words = format!("no .buildbot/options above {} names a master", change.root.display());
            field("target", words)
        })?;
        let route = named::route(&kept, named::is_outpost(app, &kept));
        return Ok(of_named(change, target, &kept.address, route));
    }
    of_member(app, change, target).await
}

fn of_desk(app: &App, change: &Change) -> Resolved {
    Resolved {
        target: desk::NAME.to_owned(),
        carrier: carrier(change, TryWay::Desk, true),
        route: Route::Desk,
        master: crate::api::bundled(),
        title: app.master.config().title.clone(),
        words: "this program's own master".to_owned(),
        outpost: true,
        job_file: limits::job_file(None, true),
        known: Known::default(),
        password: None,
    }
}

/// A master that is not joined, by the way `route`.
pub(in crate::tries) fn of_named(change: &Change, target: &str, title: &str, route: Route) -> Resolved {
    let (outpost, job_limit) = match &route {
        Route::Named { outpost, job_limit, .. } => (*outpost, *job_limit),
        _ => (false, None),
    };
    Resolved {
        target: target.to_owned(),
        carrier: carrier(change, route.way(), outpost),
        route,
        master: String::new(),
        title: title.to_owned(),
        words: title.to_owned(),
        outpost,
        job_file: limits::job_file(job_limit, outpost),
        known: Known::default(),
        password: None,
    }
}

/// `KEY/pb`, `KEY/ssh`, `KEY/form/SCHEDULER`
async fn of_member(app: &App, change: &Change, target: &str) -> Result<Resolved, Refusal> {
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
    let found = access::of_folder(&change.root).await;
    let kept = access::of_member(app, &member, found.as_ref().map(|(kept, _)| kept)).await?;
    let outpost = member.is_outpost();
    Ok(Resolved {
        target: target.to_owned(),
        carrier: carrier(change, route.way(), outpost),
        outpost,
        job_file: limits::job_file(kept.job_limit, outpost),
        words: format!("{master} by {way}"),
        title: member.title(),
        known: known(&member, change.repository(), change.base()),
        master,
        route,
        password: None,
    })
}
