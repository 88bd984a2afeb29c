//! Whether a file system tells its watchers everything.

use std::path::Path;
use std::sync::Arc;

/// Why a folder must be polled rather than watched; `None` if it can be watched.
pub type Probe = Arc<dyn Fn(&Path) -> Option<String> + Send + Sync>;

/// When set and not empty, nothing is watched and everything is polled.
const SWITCH: &str = "OUTPOST_POLL_REPOSITORIES";

/// Why the folder `path` should not be relied on to be watched, if so: it is on a network's disk, where others' changes
/// are not told, or the environment variable `OUTPOST_POLL_REPOSITORIES` forbids it.
pub fn unwatchable(path: &Path) -> Option<String> {
    if std::env::var_os(SWITCH).is_some_and(|value| !value.is_empty()) {
        return Some(format!("{SWITCH} is set"));
    }
    let kind = kind(path)?;
    Some(format!(
        "it is on a {kind} disk, where changes made by other machines are not told"
    ))
}

#[cfg(target_os = "linux")]
fn kind(path: &Path) -> Option<&'static str> {
    let magic = rustix::fs::statfs(path).ok()?.f_type;
    // Numbers of linux/magic.h and of the file systems themselves.
    let kind = match u32::try_from(magic & 0xffff_ffff).ok()? {
        0x6969 => "NFS",
        0x517b | 0xfe53_4d42 | 0xff53_4d42 => "Windows network (SMB)",
        0x6573_5546 => "FUSE (for example sshfs)",
        0x0102_1997 => "9P (virtual machine)",
        0x786f_4256 | 0xbacb_acbc => "virtual machine's shared",
        0x00c3_6400 => "Ceph",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x564c => "NCP",
        0x0116_1970 => "GFS2",
        0x7461_636f => "OCFS2",
        _ => return None,
    };
    Some(kind)
}

#[cfg(not(target_os = "linux"))]
fn kind(_path: &Path) -> Option<&'static str> {
    None
}

/// Device and number of what is at `path`: changes when a disk is mounted over it or taken away.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Nothing is known of disks here.
#[cfg(not(unix))]
pub(crate) fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
