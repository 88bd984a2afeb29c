//! Which branches may say what the other side has.

use super::refs::{Followed, Ref};
use std::collections::BTreeSet;

/// Branches of this repository that follow each other, at most.
const LONGEST_CHAIN: usize = 16;

/// A branch that the other side has, or something that the person named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Other {
    /// As git takes it.
    pub(super) name: String,
    pub(super) remote: Option<String>,
    pub(super) branch: Option<String>,
}

impl Other {
    fn followed(followed: &Followed) -> Other {
        let there = &followed.there;
        Other {
            name: followed.name.clone(),
            remote: Some(followed.remote.clone()),
            branch: Some(there.strip_prefix("refs/heads/").unwrap_or(there).to_owned()),
        }
    }

    /// For people: `origin/main`.
    pub(super) fn shown(&self) -> &str {
        let beginnings = ["refs/remotes/", "refs/heads/"];
        let short = beginnings
            .iter()
            .find_map(|beginning| self.name.strip_prefix(beginning));
        short.unwrap_or(&self.name)
    }
}

/// What may say where the other side is, the best first.
pub(super) fn others(refs: &[Ref]) -> Vec<Other> {
    let head = refs.iter().find(|known| known.is_head);
    let mut others: Vec<Other> = vec![];
    if let Some(head) = head {
        others.extend(reachable(refs, &head.upstream).map(Other::followed));
        others.extend(reachable(refs, &head.push).map(Other::followed));
    }
    let mut remotes: Vec<String> = others.iter().filter_map(|other| other.remote.clone()).collect();
    remotes.push("origin".to_owned());
    let known: BTreeSet<&str> = refs.iter().filter_map(|known| remote_of(&known.name)).collect();
    remotes.extend(
        known
            .first()
            .filter(|_| known.len() == 1)
            .map(|only| (*only).to_owned()),
    );
    for remote in remotes {
        others.extend(default_of(refs, &remote));
    }
    others
}

/// What `followed` comes to, past branches of this repository.
fn reachable<'a>(refs: &'a [Ref], mut followed: &'a Followed) -> Option<&'a Followed> {
    for _ in 0..LONGEST_CHAIN {
        match followed.remote.as_str() {
            _ if followed.name.is_empty() => return None,
            "." | "" => followed = &refs.iter().find(|known| known.name == followed.name)?.upstream,
            _ => return Some(followed),
        }
    }
    None
}

/// The remote of a default branch's reference.
fn remote_of(name: &str) -> Option<&str> {
    let (remote, _) = name.strip_prefix("refs/remotes/")?.rsplit_once('/')?;
    Some(remote)
}

fn default_of(refs: &[Ref], remote: &str) -> Option<Other> {
    let beginning = format!("refs/remotes/{remote}/");
    let known = |last: &str| refs.iter().find(|known| known.name == format!("{beginning}{last}"));
    let head = known("HEAD").map(|head| head.target.as_str());
    let usual = || known("main").or(known("master")).map(|found| found.name.as_str());
    let name = head.filter(|target| target.starts_with(&beginning)).or_else(usual)?;
    Some(Other {
        name: name.to_owned(),
        remote: Some(remote.to_owned()),
        branch: Some(name[beginning.len()..].to_owned()),
    })
}
