//! Where the change goes, and to which builders.

use super::file::Found;
use super::{Connect, Try, wild};
use crate::client::Client;
use crate::failure::{Failure, NOT_SENT, USAGE};
use crate::show::plain::plain;
use app::api::tries::{TryAt, TryChange, TryPreset, TryTarget, TryTargets, TryTargetsQuery, TryWay};

/// A target, and the master itself where it is not joined.
pub struct Chosen {
    /// Where to.
    pub target: TryTarget,
    /// As the options say.
    pub at: Option<TryAt>,
}

/// Finds the target: of the options, of the preset, of the file, or else the one that fits the change best.
pub async fn choose(
    client: &Client,
    asked: &Try,
    change: &TryChange,
    preset: Option<&TryPreset>,
    found: &Found,
) -> Result<Chosen, Failure> {
    let query = |at: Option<TryAt>| TryTargetsQuery {
        change: change.change.clone(),
        fresh: false,
        at,
    };
    if let Some(at) = at(asked, found)? {
        let told: TryTargets = client.call("try_targets", query(Some(at.clone()))).await?;
        let target = told.targets.into_iter().next().ok_or_else(nowhere)?;
        return taken(target, Some(at));
    }
    let told: TryTargets = client.call("try_targets", query(None)).await?;
    let wanted = wanted(asked, preset, found);
    let mut targets = told.targets.into_iter();
    let target = match &wanted {
        Some(Wanted::Target(name)) => targets.find(|target| target.target == *name),
        Some(Wanted::Master(key)) => targets.find(|target| target.master == *key),
        Some(Wanted::Address(address)) => targets.find(|target| target.is_at(address)),
        None => targets.find(|target| target.cannot.is_none()),
    };
    let target = target.ok_or_else(|| match &wanted {
        Some(Wanted::Target(name) | Wanted::Master(name) | Wanted::Address(name)) => {
            Failure::new(USAGE, format!("'{name}' is no master that a change can go to"))
                .hint("Name a joined master, 'bundled', or HOST:PORT of a try scheduler with --username and --passwd")
        }
        None => nowhere(),
    })?;
    taken(target, None)
}

enum Wanted {
    Target(String),
    Master(String),
    Address(String),
}

fn wanted(asked: &Try, preset: Option<&TryPreset>, found: &Found) -> Option<Wanted> {
    if found.named {
        return asked.master.clone().map(Wanted::Master);
    }
    let of_preset = preset.and_then(|preset| preset.values.target.clone());
    of_preset
        .map(Wanted::Target)
        .or_else(|| found.address.clone().map(Wanted::Address))
}

/// A master that need not be joined: the command line gives its address.
fn at(asked: &Try, found: &Found) -> Result<Option<TryAt>, Failure> {
    if !found.named {
        return Ok(None);
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let by_ssh = asked.connect == Some(Connect::Ssh) || (asked.connect.is_none() && asked.host.is_some());
    let address = match (by_ssh, &asked.master) {
        (true, _) => asked.host.clone(),
        // A joined master's name has no colon.
        (false, Some(master)) if master.contains(':') => Some(master.clone()),
        (false, Some(_)) => return Ok(None),
        (false, None) => None,
    };
    let Some(address) = address else {
        let missing = if by_ssh { "--host" } else { "--master" };
        return Err(Failure::new(
            USAGE,
            format!("where the master is was not said: {missing} is missing"),
        ));
    };
    Ok(Some(TryAt {
        way: if by_ssh { TryWay::Ssh } else { TryWay::Pb },
        address,
        user: text(&asked.username),
        password: text(&asked.passwd),
        port: asked.port,
        jobdir: text(&asked.jobdir),
        ssh: text(&asked.ssh),
        buildbotbin: text(&asked.buildbotbin),
        job_limit: asked.job_limit,
    }))
}

fn nowhere() -> Failure {
    Failure::new(NOT_SENT, "there is no master that takes this change")
        .hint("Join one with:  outpost join URL, or make this repository a project with:  outpost init")
}

fn taken(target: TryTarget, at: Option<TryAt>) -> Result<Chosen, Failure> {
    if let Some(cannot) = &target.cannot {
        let failure = Failure::new(NOT_SENT, format!("{}: {}", plain(&target.title), plain(cannot)));
        return Err(match &target.hint {
            Some(hint) => failure.hint(plain(hint)),
            None => failure,
        });
    }
    Ok(Chosen { target, at })
}

/// The builders that are asked for: patterns are resolved, and a name must be one of the target's where these are known.
pub fn builders(asked: &Try, preset: Option<&TryPreset>, chosen: &Chosen) -> Result<Vec<String>, Failure> {
    let target = &chosen.target;
    let wanted = match (asked.builders.is_empty(), preset) {
        (true, Some(preset)) => &preset.values.builders,
        _ => &asked.builders,
    };
    if wanted.is_empty() {
        return proposed(target);
    }
    let mut names = Vec::new();
    for pattern in wanted {
        let fitting: Vec<&str> = target
            .builders
            .iter()
            .map(|builder| builder.name.as_str())
            .filter(|name| wild::fits(pattern, name))
            .collect();
        match fitting.as_slice() {
            [] if pattern.contains('*') || !target.builders.is_empty() => {
                return Err(
                    Failure::new(USAGE, format!("{} has no builder '{pattern}'", plain(&target.title)))
                        .hint("See which there are with:  outpost try --get-builder-names"),
                );
            }
            [] => names.push(pattern.clone()),
            fitting => names.extend(fitting.iter().map(|name| (*name).to_owned())),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

/// What is built when nobody names a builder: all of a try scheduler, otherwise those that build this by themselves.
fn proposed(target: &TryTarget) -> Result<Vec<String>, Failure> {
    if matches!(target.way, TryWay::Pb | TryWay::Ssh) {
        return Ok(Vec::new());
    }
    if target.proposed.is_empty() {
        return Err(Failure::new(
            USAGE,
            format!("which builders of {} are to build it?", plain(&target.title)),
        )
        .hint("Name them with -b; see which there are with:  outpost try --get-builder-names"));
    }
    Ok(target.proposed.clone())
}
