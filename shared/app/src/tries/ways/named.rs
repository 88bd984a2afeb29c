//! Masters that are not joined: the one that a file of the repository names, and one that is named for one try.

use super::{PATIENCE, carrier, unfit};
use crate::api::Refusal;
use crate::api::tries::{TryAt, TryBuilder, TryTarget, TryWay};
use crate::service::App;
use crate::tries::access::{Kept, check_limit};
use crate::tries::held::Change;
use crate::tries::look::field;
use crate::tries::record::Route;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;
use submit::limits;
use submit::options::Options;
use submit::pb::PbWay;

/// The target that a file names, by its way.
pub(in crate::tries) fn name_of(way: TryWay) -> &'static str {
    match way {
        TryWay::Ssh => ".buildbot/ssh",
        _ => ".buildbot/pb",
    }
}

/// How long a command line waits for a master: it hears of no later answer.
const LONGER: Duration = Duration::from_secs(10);

/// The target that is named for one try.
pub(in crate::tries) const GIVEN: &str = ".given";

/// The master of a file.
pub(super) async fn found(
    app: &App,
    change: &Arc<Change>,
    kept: &Kept,
    options: &Options,
    fresh: bool,
) -> Result<TryTarget, Refusal> {
    let way = kept.way.unwrap_or(TryWay::Pb);
    let mut target = of(way, name_of(way), kept);
    target.builders = options.builders.iter().map(|name| builder(name)).collect();
    target.proposed = options.builders.clone();
    if way == TryWay::Pb && !ask(app, &mut target, kept, fresh, PATIENCE).await {
        target.cannot = Some(format!("asking {} which builders may be tried", kept.address));
    }
    Ok(fitted(app, change, kept, target).await)
}

/// The master of a command line.
pub(super) async fn given(app: &App, change: &Arc<Change>, at: &TryAt, fresh: bool) -> Result<TryTarget, Refusal> {
    let kept = kept_of(at)?;
    let way = kept.way.unwrap_or(TryWay::Pb);
    let mut target = of(way, GIVEN, &kept);
    if way == TryWay::Pb && !ask(app, &mut target, &kept, fresh, LONGER).await {
        let (address, seconds) = (&kept.address, LONGER.as_secs());
        let words = format!("{address} has not said within {seconds} seconds which builders may be tried");
        target.cannot = Some(words);
        target.hint = Some("Look whether this is the port of its try scheduler, or try again.".to_owned());
    }
    Ok(fitted(app, change, &kept, target).await)
}

/// With what this master carries of the change, by what it said of itself.
async fn fitted(app: &App, change: &Arc<Change>, kept: &Kept, mut target: TryTarget) -> TryTarget {
    let outpost = is_outpost(app, kept);
    let limit = match target.way {
        TryWay::Ssh => limits::job_file(kept.job_limit, outpost),
        _ => limits::longest_patch(outpost),
    };
    target.limit = i64::try_from(limit).ok();
    target.unfit = unfit(change, carrier(change, target.way, outpost)).await;
    target
}

/// Whether it said over Perspective Broker that it is one. A job folder says nothing.
pub(super) fn is_outpost(app: &App, kept: &Kept) -> bool {
    kept.way == Some(TryWay::Pb) && app.tries.inner.asked.is_outpost(&key(kept))
}

/// Another password may be answered otherwise.
fn key(kept: &Kept) -> String {
    let mut of_password = DefaultHasher::new();
    kept.password.as_deref().unwrap_or_default().hash(&mut of_password);
    format!("{} {} {:x}", kept.address, kept.user, of_password.finish())
}

pub(super) fn kept_of(at: &TryAt) -> Result<Kept, Refusal> {
    if !matches!(at.way, TryWay::Pb | TryWay::Ssh) {
        return Err(field(
            "way",
            "a master that is not joined is reached by pb or ssh".to_owned(),
        ));
    }
    let kept = Kept {
        way: Some(at.way),
        address: at.address.clone(),
        user: at.user.clone(),
        port: at.port,
        jobdir: at.jobdir.clone(),
        ssh: at.ssh.clone(),
        buildbotbin: at.buildbotbin.clone(),
        job_limit: at.job_limit,
        has_password: true,
        session_only: true,
        file: None,
        password: Some(at.password.clone()),
    };
    check_limit(kept.job_limit)?;
    match at.way {
        TryWay::Ssh => kept
            .over_ssh()
            .argv()
            .map(drop)
            .map_err(|error| field("address", error.to_string()))?,
        _ => PbWay::new(&at.address, &at.user, "")
            .map(drop)
            .map_err(|error| field("address", error.message))?,
    }
    Ok(kept)
}

pub(super) fn route(kept: &Kept, outpost: bool) -> Route {
    Route::Named {
        reach: kept.way.unwrap_or(TryWay::Pb),
        address: kept.address.clone(),
        user: kept.user.clone(),
        port: kept.port,
        jobdir: kept.jobdir.clone(),
        ssh: kept.ssh.clone(),
        buildbotbin: kept.buildbotbin.clone(),
        job_limit: kept.job_limit,
        outpost,
        file: kept.file.clone(),
    }
}

fn of(way: TryWay, name: &str, kept: &Kept) -> TryTarget {
    let file = kept.file.as_ref().map(|file| format!(", as {} says", file.display()));
    let user = match kept.user.as_str() {
        "" => String::new(),
        user => format!(" as {user}"),
    };
    let folder = match way {
        TryWay::Ssh => format!(":{}", kept.jobdir),
        _ => String::new(),
    };
    let by = match kept.ssh.as_str() {
        "" => String::new(),
        ssh => format!(", by '{ssh}'"),
    };
    TryTarget {
        target: name.to_owned(),
        master: String::new(),
        title: kept.address.clone(),
        way,
        words: format!("{}{folder}{user}{by}{}", kept.address, file.unwrap_or_default()),
        address: Some(kept.address.clone()),
        cannot: None,
        hint: None,
        offline: false,
        limit: None,
        unfit: Vec::new(),
        knows_base: None,
        builders: Vec::new(),
        proposed: Vec::new(),
    }
}

/// Whether the master has answered in time.
async fn ask(app: &App, target: &mut TryTarget, kept: &Kept, fresh: bool, in_time: Duration) -> bool {
    let password = kept.password.clone().unwrap_or_default();
    let way = match PbWay::new(&kept.address, &kept.user, &password) {
        Ok(way) => way,
        Err(error) => {
            (target.cannot, target.hint) = (Some(error.message), error.hint);
            return true;
        }
    };
    let asked = &app.tries.inner.asked;
    match asked.offer(&key(kept), way, fresh, in_time, &app.newsroom).await {
        Some(Ok(offer)) => {
            target.proposed.retain(|name| offer.builders.contains(name));
            target.builders = offer.builders.iter().map(|name| builder(name)).collect();
        }
        Some(Err(error)) if error.passing => target.offline = true,
        Some(Err(error)) => (target.cannot, target.hint) = (Some(error.message), error.hint),
        None => return false,
    }
    true
}

fn builder(name: &str) -> TryBuilder {
    TryBuilder {
        name: name.to_owned(),
        builder: None,
        tags: Vec::new(),
        project: None,
        results: None,
        usual: None,
    }
}
