//! How builders and builds are written: `BUILDER/NUMBER` on this program's own master, `MASTER/BUILDER/NUMBER` elsewhere.

use super::plain::plain;
use app::api::overview::BuildMark;

/// A builder, worker or scheduler, so that it can be typed again.
pub fn of(master: &str, name: &str) -> String {
    if master == app::api::bundled() {
        plain(name)
    } else {
        format!("{}/{}", plain(master), plain(name))
    }
}

/// A build, so that it can be typed again.
pub fn of_build(build: &BuildMark) -> String {
    format!("{}/{}", of(&build.master, &build.builder_name), build.number)
}
