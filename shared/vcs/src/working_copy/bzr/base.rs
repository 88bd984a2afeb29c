//! Where the change starts from: the last revision that the submit branch is known to have.

use crate::working_copy::command::Program;
use crate::working_copy::found::Found;
use crate::working_copy::{TakeError, Wanted, names};
use std::path::Path;

/// Where the branch's changes go.
#[derive(Debug, PartialEq, Eq)]
enum Submit {
    /// Every commit is there at once: a checkout of it.
    Bound(String),
    /// A branch of its own, from that one.
    From(String),
    /// Nowhere.
    Nowhere,
}

/// Where commits go, by the branch's own notes.
fn submit(top: &Path) -> Submit {
    if let Ok(location) = std::fs::read_to_string(top.join(".bzr/branch/location")) {
        return Submit::Bound(location.trim().to_owned());
    }
    let notes = std::fs::read_to_string(top.join(".bzr/branch/branch.conf")).unwrap_or_default();
    let note = |key: &str| {
        let values = notes.lines().filter_map(|line| line.split_once('='));
        let mut values = values.filter(|(name, _)| name.trim() == key);
        values
            .next()
            .map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let is_bound = note("bound").is_some_and(|bound| bound.eq_ignore_ascii_case("true"));
    match note("bound_location").filter(|_| is_bound) {
        Some(location) => Submit::Bound(location),
        None => note("submit_branch")
            .or(note("parent_location"))
            .map_or(Submit::Nowhere, Submit::From),
    }
}

/// The id of the revision that the change is against.
pub(super) async fn find(bzr: &Program, wanted: &Wanted, found: &mut Found) -> Result<String, TakeError> {
    let submit = submit(&found.root);
    let (number, tree) = revision(bzr, &["--tree"]).await.map_err(|_| TakeError::NoBase {
        reason: "the branch has no revision yet".to_owned(),
    })?;
    let location = match &submit {
        Submit::Bound(location) | Submit::From(location) => Some(location.as_str()),
        Submit::Nowhere => None,
    };
    let address = location.map(|location| address(&found.root, location));
    found.repository = address.as_deref().map(crate::git::without_password).unwrap_or_default();
    found.branch = last_element(&found.repository);
    if let Some(named) = &wanted.base {
        let unknown = |_| TakeError::NoRevision(named.clone());
        let (number, id) = revision(bzr, &["-r", named]).await.map_err(unknown)?;
        found.base.words = format!("revision {number}, as named");
        return Ok(id);
    }
    match (&submit, &address) {
        (Submit::From(_), Some(address)) if is_local(address) => {
            let ancestor = format!("ancestor:{address}");
            let none = |error: TakeError| TakeError::NoBase {
                reason: format!("no revision in common with {address} ({error})"),
            };
            let (base_number, id) = revision(bzr, &["-r", &ancestor]).await.map_err(none)?;
            found.base.words = format!("revision {base_number}, in common with {address}");
            ahead(&number, &base_number, id != tree, found);
            newest(bzr, address, &id, found).await;
            return Ok(id);
        }
        (Submit::From(_), Some(address)) => found.remark(
            format!("Whether revision {number} is in {address} is not known here."),
            Some("Push it, or name a base that is there."),
        ),
        (Submit::Nowhere, _) => found.remark(
            format!("The branch has no parent: whether a master has revision {number} is not known here."),
            Some("Push it to where the master branches from."),
        ),
        _ => {}
    }
    found.base.words = format!("revision {number}");
    Ok(tree)
}

/// The number and id of a revision.
async fn revision(bzr: &Program, words: &[&str]) -> Result<(String, String), TakeError> {
    let words = [&["revision-info"], words].concat();
    let said = bzr.text(&words).await?;
    let mut parts = said.split_whitespace();
    match (parts.next(), parts.next()) {
        // Before the first revision there is none.
        (Some(number), Some(id)) if id != "null:" => Ok((number.to_owned(), id.to_owned())),
        _ => Err(bzr.failed(&words, "it names no revision")),
    }
}

fn ahead(own: &str, base: &str, differs: bool, found: &mut Found) {
    let difference = own.parse::<u32>().ok().zip(base.parse().ok());
    // A base on another line of history has no number that tells how far it is.
    let ahead = difference.map_or(0, |(own, base)| own.saturating_sub(base));
    found.base.ahead = if differs { ahead.max(1) } else { 0 };
    if found.base.ahead > 0 {
        let revisions = if ahead == 1 { "revision" } else { "revisions" };
        found
            .base
            .words
            .push_str(&format!(", {} {revisions} of yours on top", found.base.ahead));
    }
}

/// What the other branch, a folder of this machine, has.
async fn newest(bzr: &Program, address: &str, base: &str, found: &mut Found) {
    // One that is away costs only this remark.
    if let Ok((_, id)) = revision(bzr, &["-d", address]).await {
        match id == base {
            true => found.base.behind = Some(0),
            false => found.base.newest = Some(format!("revid:{id}")),
        }
    }
}

/// A location as noted, which may be relative to the branch, as an address.
fn address(top: &Path, location: &str) -> String {
    let is_address = location.contains("://") || location.starts_with("lp:");
    if is_address || Path::new(location).is_absolute() {
        return location.to_owned();
    }
    let joined = top.join(names::percent_decoded(location));
    let address = joined.canonicalize().unwrap_or(joined);
    address.to_string_lossy().into_owned()
}

fn is_local(address: &str) -> bool {
    address.starts_with("file://") || Path::new(address).is_absolute()
}

fn last_element(address: &str) -> Option<String> {
    let last = address.trim_end_matches('/').rsplit(['/', ':']).next();
    last.filter(|last| !last.is_empty()).map(names::percent_decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_made_an_address() {
        let top = Path::new("/nowhere/mine");
        assert_eq!(address(top, "lp:x"), "lp:x");
        assert_eq!(address(top, "/there"), "/there");
        assert_eq!(last_element("bzr+ssh://h/p/trunk/").as_deref(), Some("trunk"));
        assert_eq!(last_element(""), None);
    }
}
