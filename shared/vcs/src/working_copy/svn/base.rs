//! Where the change starts from: repository, branch and revision of the working copy.

use super::status::{self, Level, Node};
use super::xml;
use crate::working_copy::command::Program;
use crate::working_copy::found::Found;
use crate::working_copy::{TakeError, Wanted, names};
use std::ffi::OsString;

/// Where the working copy is from.
pub(super) struct Place {
    /// The repository.
    pub(super) root: String,
    /// The folder in it, as a URL.
    pub(super) url: String,
}

/// The repository, and the branch: the path of the working copy in it.
pub(super) async fn place(svn: &Program, found: &mut Found) -> Result<Place, TakeError> {
    let words = ["info", "--xml", "."];
    let said = svn.bytes(&words, &[]).await?;
    let unclear = || svn.failed(&words, "it answered something unexpected");
    let said = xml::read(&said).ok_or_else(unclear)?;
    let entry = said.child("entry").ok_or_else(unclear)?;
    let root = entry.child("repository").and_then(|place| place.text_of("root"));
    let (Some(root), Some(url)) = (root, entry.text_of("url")) else {
        return Err(unclear());
    };
    found.repository = crate::git::without_password(root);
    let path = url.strip_prefix(root).unwrap_or_default().trim_matches('/');
    let branch = names::percent_decoded(path);
    if let Some((above, inside)) = below_trunk(&branch) {
        let text = format!("The working copy is of {inside} in {above}: paths in the change begin there.");
        found.remark(
            text,
            Some("Submit from a working copy of the whole branch if the master builds that."),
        );
    }
    found.branch = Some(branch).filter(|branch| !branch.is_empty());
    Ok(Place {
        root: root.to_owned(),
        url: url.to_owned(),
    })
}

/// The branch and the folder in it, where a path by the usual names leads into one.
fn below_trunk(path: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    let mut parts = path.split('/');
    while let Some(part) = parts.next() {
        end += part.len() + 1;
        if matches!(part, "branches" | "tags") {
            end += parts.next()?.len() + 1;
        } else if part != "trunk" {
            continue;
        }
        return Some((path.get(..end - 1)?, path.get(end..).filter(|rest| !rest.is_empty())?));
    }
    None
}

/// The revision that the change is against.
pub(super) fn level(nodes: &[Node], wanted: &Wanted, found: &mut Found) -> Result<Level, TakeError> {
    let mut level = status::level(nodes).ok_or_else(|| TakeError::NoBase {
        reason: "nothing here was checked out from a revision".to_owned(),
    })?;
    let own = level.revision;
    if let Some(named) = &wanted.base {
        let number = named.strip_prefix('r').unwrap_or(named).parse();
        level.revision = number.map_err(|_| TakeError::NoRevision(named.clone()))?;
    }
    if level.revision != own {
        let text = format!(
            "The working copy is at revision {own}, not at {}: what differs between them is not part of the change.",
            level.revision
        );
        found.remark(text, Some("`svn update` to the revision that you mean."));
    }
    if let Some((lowest, highest)) = level.mixed {
        let text = format!(
            "The working copy mixes revisions {lowest} to {highest}. The base is {highest}; what others changed since \
             {lowest} in files that you have not updated is not as you have it."
        );
        found.remark(text, Some("`svn update` makes it one revision."));
    }
    found.base.revision = Some(level.revision.to_string());
    let branch = found.branch.as_deref().unwrap_or("the repository");
    found.base.words = format!("revision {} of {branch}", level.revision);
    Ok(level)
}

/// What the server has, when it is a folder of this machine; nothing is asked of a network.
pub(super) async fn newest(svn: &Program, place: &Place, found: &mut Found) {
    if !place.root.starts_with("file://") {
        return;
    }
    let url: OsString = format!("{}@HEAD", place.url).into();
    let words = ["info", "--show-item", "last-changed-revision", "--no-newline"];
    // A repository that is away costs only this remark.
    let Ok(said) = svn.bytes(&words, &[url]).await else {
        return;
    };
    let newest: Option<u64> = std::str::from_utf8(&said)
        .ok()
        .and_then(|said| said.trim().parse().ok());
    let own = found.base.revision.as_deref().and_then(|own| own.parse().ok());
    let (Some(newest), Some(own)) = (newest, own) else {
        return;
    };
    match newest > own {
        true => found.base.newest = Some(newest.to_string()),
        false => found.base.behind = Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_a_branch_is_seen() {
        assert_eq!(below_trunk("trunk"), None);
        assert_eq!(below_trunk("branches/x"), None);
        assert_eq!(below_trunk("p/branches"), None);
        assert_eq!(below_trunk("p/trunk/sub/dir"), Some(("p/trunk", "sub/dir")));
        assert_eq!(below_trunk("branches/x/sub"), Some(("branches/x", "sub")));
        assert_eq!(below_trunk("other/place"), None);
    }
}
