//! What is remembered of a lending between two starts. Never its password.

use crate::api::Refusal;
use crate::api::lending::LendingFields;
use lend::basedir::Settings;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Most commands at once.
const MOST: u32 = 100;

/// As far back as a process can step.
const NICEST: u8 = 19;

/// One lending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub id: i64,
    pub master: String,
    pub name: String,
    pub protocol: Option<String>,
    pub tls: bool,
    pub folder: PathBuf,
    pub builds: Option<u32>,
    pub nice: u8,
    pub on: bool,
    pub paused: bool,
    pub session_only: bool,
}

impl Kept {
    /// A lending that is on. Its folder is `own` unless the fields name one. The refusal names each field that is wrong.
    pub fn new(id: i64, fields: &LendingFields, own: &Path) -> Result<Kept, Refusal> {
        let given = fields
            .folder
            .as_deref()
            .map(str::trim)
            .filter(|folder| !folder.is_empty());
        let kept = Kept {
            id,
            master: fields.master.trim().to_owned(),
            name: fields.name.trim().to_owned(),
            protocol: fields.protocol.clone().filter(|protocol| !protocol.is_empty()),
            tls: fields.tls,
            folder: given.map_or_else(|| own.to_owned(), PathBuf::from),
            builds: fields.builds,
            nice: fields.nice,
            on: true,
            paused: false,
            session_only: fields.session_only,
        };
        kept.check()?;
        Ok(kept)
    }

    fn check(&self) -> Result<(), Refusal> {
        let mut refusal = Refusal::invalid("this machine cannot be lent like that");
        let mut wrong = |field: &str, why: String| refusal.fields.insert(field.to_owned(), why);
        if self.master.is_empty() {
            wrong(
                "master",
                "say where the master is, for example farm.example.org:9989".to_owned(),
            );
        } else if let Err(error) = self.settings(String::new()).target() {
            wrong("master", error.to_string());
        }
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            wrong(
                "name",
                "give the name that the master's configuration has for this machine".to_owned(),
            );
        }
        if !self.folder.is_absolute() {
            wrong("folder", "give the whole path of a folder, or none".to_owned());
        }
        if self.builds.is_some_and(|builds| builds == 0 || builds > MOST) {
            wrong("builds", format!("give a number from 1 to {MOST}, or none"));
        }
        if self.nice > NICEST {
            wrong("nice", format!("give a number from 0 to {NICEST}"));
        }
        if refusal.fields.is_empty() {
            Ok(())
        } else {
            Err(refusal)
        }
    }

    /// The worker's settings.
    pub fn settings(&self, password: String) -> Settings {
        let mut settings = Settings::new(&self.master, &self.name, password);
        settings.protocol = self.protocol.clone();
        settings.use_tls = self.tls;
        settings
    }

    /// Under which name the keychain has its password.
    pub fn secret(&self) -> String {
        secret(self.id)
    }
}

/// Under which name the keychain has the password of a lending.
pub(crate) fn secret(id: i64) -> String {
    format!("lending-{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(change: impl FnOnce(&mut LendingFields)) -> LendingFields {
        let mut fields = LendingFields {
            master: "farm:9989".to_owned(),
            name: "ann".to_owned(),
            password: None,
            protocol: None,
            tls: false,
            folder: None,
            builds: Some(1),
            nice: 10,
            session_only: false,
        };
        change(&mut fields);
        fields
    }

    fn wrong(change: impl FnOnce(&mut LendingFields)) -> Vec<String> {
        let refusal = Kept::new(1, &fields(change), Path::new("/own")).expect_err("it is refused");
        refusal.fields.into_keys().collect()
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let good = Kept::new(1, &fields(|_| ()), Path::new("/own")).expect("it is good");
        assert_eq!((good.on, good.folder.as_path()), (true, Path::new("/own")));
        assert_eq!(wrong(|fields| fields.master.clear()), ["master"]);
        assert_eq!(wrong(|fields| fields.master = "tcp:port=x".to_owned()), ["master"]);
        assert_eq!(wrong(|fields| fields.protocol = Some("smoke".to_owned())), ["master"]);
        assert_eq!(wrong(|fields| fields.name = " ".to_owned()), ["name"]);
        assert_eq!(wrong(|fields| fields.folder = Some("here".to_owned())), ["folder"]);
        let both = |fields: &mut LendingFields| (fields.builds, fields.nice) = (Some(0), 20);
        assert_eq!(wrong(both), ["builds", "nice"]);
    }
}
