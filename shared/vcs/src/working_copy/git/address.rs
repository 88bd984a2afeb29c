//! The repository's address, as a master would know it.

use super::settings::Settings;
use crate::git::{is_local, without_password};
use crate::working_copy::Remark;

/// The address that `remote` is fetched from, without a password, and what is to be said of it; empty without remote.
pub(super) fn of(settings: &Settings, remote: Option<&str>) -> (String, Option<Remark>) {
    let Some(remote) = remote else {
        return (String::new(), None);
    };
    let written = settings.first(&format!("remote.{remote}.url")).unwrap_or(remote);
    let address = without_password(&replaced(settings, written));
    if !is_local(&address) {
        return (address, None);
    }
    let remark = Remark {
        stops: false,
        text: format!("{remote} is the folder {address} of this machine, which a master elsewhere does not know"),
        hint: Some("Name the repository's address as the master knows it.".to_owned()),
    };
    (address, Some(remark))
}

/// With the beginning that `url.NEW.insteadOf` says; the longest one counts.
fn replaced(settings: &Settings, address: &str) -> String {
    let fitting = settings
        .all("url", "insteadof")
        .filter(|(_, old)| address.starts_with(old));
    match fitting.max_by_key(|(_, old)| old.len()) {
        Some((new, old)) => format!("{new}{}", &address[old.len()..]),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(pairs: &[(&str, &str)]) -> (String, bool) {
        let (address, remark) = of(&Settings::of(pairs), Some("origin"));
        (address, remark.is_some())
    }

    #[test]
    fn the_longest_replacement_counts_and_no_password_is_left() {
        let settings = [
            ("remote.origin.url", "gh:team/thing.git"),
            ("url.https://me:secret@example.org/.insteadof", "gh:"),
            ("url.https://me:secret@team.example.org/.insteadof", "gh:team/"),
        ];
        assert_eq!(
            address(&settings),
            ("https://me@team.example.org/thing.git".to_owned(), false)
        );
    }

    #[test]
    fn a_folder_is_remarked() {
        assert_eq!(
            address(&[("remote.origin.url", "/srv/thing.git")]),
            ("/srv/thing.git".to_owned(), true)
        );
        assert_eq!(of(&Settings::default(), None), (String::new(), None));
    }
}
