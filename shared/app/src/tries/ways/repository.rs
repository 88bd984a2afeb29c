//! Whether two addresses are of the same repository, and how a master calls the one that a change is of.

use crate::joined::Member;

/// What a master knows of a change's repository, from its recent changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tries) struct Known {
    /// As the master writes it; none when no change of it was seen.
    pub repository: Option<String>,
    /// The project that its changes have.
    pub project: String,
    /// Whether the base is among them; unknown when there are none.
    pub base: Option<bool>,
}

/// What a joined master knows of a repository and a base.
pub(in crate::tries) fn known(member: &Member, repository: &str, base: Option<&str>) -> Known {
    let wanted = same(repository);
    member.joined.with(|picture| {
        let mut known = Known::default();
        for change in picture.changes() {
            let has_base = base.is_some() && change.revision.as_deref() == base;
            if !has_base && (wanted.is_empty() || same(&change.repository) != wanted) {
                continue;
            }
            if known.repository.is_none() || has_base {
                known.repository = Some(change.repository.to_string());
                known.project = change.project.to_string();
            }
            known.base = Some(known.base == Some(true) || has_base);
        }
        known.base = known.base.filter(|_| base.is_some());
        known
    })
}

/// Whether two addresses are of one repository.
pub(in crate::tries) fn same_repository(one: &str, other: &str) -> bool {
    let one = same(one);
    !one.is_empty() && one == same(other)
}

/// What is the same of a repository's addresses: host and path, without the protocol, the user and `.git`.
fn same(address: &str) -> String {
    let address = address.trim().trim_end_matches('/');
    let address = address.strip_suffix(".git").unwrap_or(address);
    let (rest, is_url) = match address.split_once("://") {
        Some((_, rest)) => (rest, true),
        None => (address, false),
    };
    if !is_url && (rest.starts_with('/') || !rest.contains(':')) {
        return rest.to_owned();
    }
    let (host, path) = match is_url {
        true => rest.split_once('/').unwrap_or((rest, "")),
        false => rest.split_once(':').unwrap_or((rest, "")),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or(host);
    format!("{}/{}", host.to_ascii_lowercase(), path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn addresses_of_one_repository_are_the_same() {
        let all = [
            "https://Example.org/team/frob.git",
            "https://ann@example.org:8443/team/frob",
            "git@example.org:team/frob.git",
            "ssh://git@example.org/team/frob/",
        ];
        for address in all {
            assert_eq!(same(address), "example.org/team/frob", "{address}");
        }
        assert_eq!(same("/srv/frob.git"), "/srv/frob");
        assert_ne!(same("https://example.org/other"), same(all[0]));
        assert_eq!(same(""), "");
    }
}
