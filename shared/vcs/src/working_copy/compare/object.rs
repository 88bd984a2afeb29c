//! What git makes of a file: its mode, its kind, its id.

use super::Side;
use git2::{ObjectType, Oid};

/// The mode of a link.
pub(crate) const LINK: u32 = 0o120_000;
/// The mode of a submodule.
pub(crate) const GITLINK: u32 = 0o160_000;
/// How far git looks for a zero byte.
const LOOKED_AT: usize = 8000;

/// Which ids the repository at the other end has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Forty digits.
    Sha1,
    /// Sixty-four digits.
    Sha256,
}

impl Ids {
    /// Digits of an id.
    pub(crate) fn digits(self) -> usize {
        match self {
            Ids::Sha1 => 40,
            Ids::Sha256 => 64,
        }
    }

    /// The id of an object.
    pub(crate) fn of(self, kind: ObjectType, bytes: &[u8]) -> String {
        match self {
            // Hashing known bytes of a known kind has no way to fail.
            Ids::Sha1 => Oid::hash_object(kind, bytes).map_or_else(|_| "0".repeat(40), |id| id.to_string()),
            Ids::Sha256 => sha256(kind, bytes),
        }
    }

    /// The id of a side, or the one of nothing.
    pub(crate) fn of_side(self, side: Option<&Side>) -> String {
        match side {
            None => "0".repeat(self.digits()),
            Some(side) if side.mode == GITLINK => commit_of(side),
            Some(side) => self.of(ObjectType::Blob, &side.bytes),
        }
    }
}

fn sha256(kind: ObjectType, bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(format!("{} {}\0", kind.str(), bytes.len()));
    hash.update(bytes);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The commit that a submodule's side names.
fn commit_of(side: &Side) -> String {
    let text = String::from_utf8_lossy(&side.bytes);
    text.trim_end().rsplit(' ').next().unwrap_or_default().to_owned()
}

/// File, link or submodule: the part of a mode above the permissions.
pub(crate) fn kind_of(mode: u32) -> u32 {
    mode & 0o170_000
}

/// Whether it is not text, by git's rule.
pub(crate) fn is_binary(side: &Side) -> bool {
    kind_of(side.mode) == 0o100_000 && has_zero(&side.bytes)
}

/// Whether the beginning of `bytes` has what no text has.
pub(crate) fn has_zero(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(LOOKED_AT)].contains(&0)
}
