//! Names for things over several masters: a master's own ids mean nothing beside another's.

use model::{BuildId, BuilderId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Which master: a short name that stays the same over restarts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MasterKey(pub String);

impl MasterKey {
    /// The master that this program carries itself.
    pub fn bundled() -> MasterKey {
        MasterKey("bundled".to_owned())
    }
}

impl fmt::Display for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not `MASTER/ID`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not of the form MASTER/ID; copy it from a listing")]
pub struct NotAKey(pub String);

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident of $id:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// Written as `MASTER/ID`, also in JSON, so that it can be the key of a map.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name {
            /// Whose id it is.
            pub master: MasterKey,
            /// That master's own id.
            pub id: $id,
        }

        impl $name {
            /// The thing that `master` calls `id`.
            pub fn new(master: &MasterKey, id: $id) -> $name {
                $name { master: master.clone(), id }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}", self.master, self.id)
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> String {
                key.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAKey;

            fn try_from(text: String) -> Result<$name, NotAKey> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = NotAKey;

            fn from_str(text: &str) -> Result<$name, NotAKey> {
                let no = || NotAKey(text.to_owned());
                let (master, id) = text.rsplit_once('/').ok_or_else(no)?;
                if master.is_empty() {
                    return Err(no());
                }
                Ok($name { master: MasterKey(master.to_owned()), id: $id(id.parse().map_err(|_| no())?) })
            }
        }
    )+};
}

keys! {
    /// A builder of a master.
    BuilderKey of BuilderId;
    /// A build of a master.
    BuildKey of BuildId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_text_even_when_the_master_has_a_slash() {
        let key = BuilderKey::new(&MasterKey("ci/farm".to_owned()), BuilderId(7));
        assert_eq!(key.to_string().parse(), Ok(key));
        for bad in ["", "7", "/7", "a/", "a/x", "a/7 "] {
            assert_eq!(bad.parse::<BuildKey>(), Err(NotAKey(bad.to_owned())), "{bad}");
        }
    }
}
