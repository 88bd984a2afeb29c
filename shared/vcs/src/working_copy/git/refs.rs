//! The branches that can say where a change starts from.

use super::{Place, failed, text};
use crate::working_copy::TakeError;

/// A reference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ref {
    /// `refs/heads/main`
    pub(super) name: String,
    /// Its commit.
    pub(super) commit: String,
    /// Checked out here.
    pub(super) is_head: bool,
    /// What it follows.
    pub(super) upstream: Followed,
    /// What it is pushed to.
    pub(super) push: Followed,
    /// What it stands for, as `refs/remotes/origin/HEAD` does.
    pub(super) target: String,
}

/// A branch elsewhere as it was last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Followed {
    /// `refs/remotes/origin/main`, or a branch of this repository; empty for none.
    pub(super) name: String,
    /// The remote; empty or `.` for this repository.
    pub(super) remote: String,
    /// `refs/heads/main`, as the remote names it.
    pub(super) there: String,
}

const FORMAT: &str = "--format=%(HEAD)%00%(refname)%00%(objectname)%00%(upstream)%00%(upstream:remotename)%00%(upstream:remoteref)\
    %00%(push)%00%(push:remotename)%00%(push:remoteref)%00%(symref)";

/// The branches of this repository, and the default ones of its remotes.
pub(super) fn read(place: &Place) -> Result<Vec<Ref>, TakeError> {
    let patterns = [
        "refs/heads",
        "refs/remotes/*/HEAD",
        "refs/remotes/*/main",
        "refs/remotes/*/master",
    ];
    let arguments = [&["for-each-ref", FORMAT][..], &patterns].concat();
    let answer = place.git.run(&arguments, None).map_err(failed)?;
    Ok(answer.out.split(|byte| *byte == b'\n').filter_map(parse).collect())
}

fn parse(line: &[u8]) -> Option<Ref> {
    let fields: Vec<String> = line.split(|byte| *byte == 0).map(text).collect();
    let [
        head,
        name,
        commit,
        up,
        up_remote,
        up_there,
        push,
        push_remote,
        push_there,
        target,
    ] = <[String; 10]>::try_from(fields).ok()?;
    let followed = |name, remote, there| Followed { name, remote, there };
    Some(Ref {
        is_head: head == "*",
        name,
        commit,
        upstream: followed(up, up_remote, up_there),
        push: followed(push, push_remote, push_there),
        target,
    })
}
