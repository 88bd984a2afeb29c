//! Settings: kept in the store, handed on to what obeys them.

use super::identities::{identity_of, proposals};
use super::{App, read, write};
use crate::api::Refusal;
use crate::api::settings::Settings;
use std::path::PathBuf;
use tracing::warn;
use watch::{Happening, Pattern, QuietHours};

/// Under which key the store keeps them.
const KEY: &str = "settings";

impl App {
    /// Reads the settings at start; on a first start, who I am is proposed by git's configuration.
    pub(crate) async fn load_settings(&self) {
        let kept = match self.store().read(|c| store::settings::get(c, KEY)).await {
            Ok(kept) => kept,
            Err(error) => {
                warn!("settings cannot be read: {error}");
                None
            }
        };
        let settings = match kept.map(serde_json::from_value) {
            Some(Ok(settings)) => settings,
            Some(Err(error)) => {
                warn!("settings cannot be understood and have their defaults: {error}");
                Settings::default()
            }
            None => Settings {
                identities: proposals(self).await.into_iter().map(|p| p.pattern).collect(),
                ..Settings::default()
            },
        };
        self.take_up(settings).await;
    }

    /// Checks, keeps and takes up new settings.
    pub(crate) async fn save_all_settings(&self, settings: Settings) -> Result<Settings, Refusal> {
        let _turn = self.desk.changing_settings.lock().await;
        self.save(settings).await
    }

    /// Changes the settings as they are in force; nobody else changes them meanwhile.
    async fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<(), Refusal> {
        let _turn = self.desk.changing_settings.lock().await;
        let before = read(&self.desk.settings).clone();
        let mut settings = before.clone();
        change(&mut settings);
        if settings == before {
            return Ok(());
        }
        self.save(settings).await.map(drop)
    }

    async fn save(&self, settings: Settings) -> Result<Settings, Refusal> {
        check(&settings)?;
        let before = read(&self.desk.settings).clone();
        if settings.autostart != before.autostart {
            crate::autostart::set(&self.places, settings.autostart)?;
        }
        let value = serde_json::to_value(&settings).map_err(|error| Refusal::failed(error.to_string()))?;
        self.store()
            .write(move |c| store::settings::set(c, KEY, &value))
            .await?;
        self.take_up(settings.clone()).await;
        self.newsroom.settings();
        self.newsroom.overview();
        Ok(settings)
    }

    /// Takes who commits in a repository for me, besides who I am already: whoever adds it commits there.
    pub(crate) async fn know_me(&self, repository: &str) -> Result<(), Refusal> {
        let path = PathBuf::from(repository);
        let identity = tokio::task::spawn_blocking(move || vcs::git::identity(&path))
            .await
            .unwrap_or_default();
        let Some(identity) = identity else { return Ok(()) };
        self.change_settings(|settings| {
            for text in [identity.mail, identity.name] {
                if !text.is_empty() && !settings.identities.contains(&text) {
                    settings.identities.push(text);
                }
            }
        })
        .await
    }

    /// A master has another key: who I am there goes with it, and so do the rules about it.
    pub(crate) async fn rename_in_settings(&self, key: &str, name: &str) -> Result<(), Refusal> {
        self.change_settings(|settings| {
            let there = settings.identities_at.remove(key);
            settings
                .identities_at
                .extend(there.map(|there| (name.to_owned(), there)));
            for rule in &mut settings.rules {
                if rule.about.master.as_deref() == Some(key) {
                    rule.about.master = Some(name.to_owned());
                }
            }
        })
        .await
    }

    /// A master was left: who I was there is forgotten.
    pub(crate) async fn forget_in_settings(&self, key: &str) -> Result<(), Refusal> {
        self.change_settings(|settings| drop(settings.identities_at.remove(key)))
            .await
    }

    async fn take_up(&self, settings: Settings) {
        let identity = identity_of(&settings.identities, &settings.identities_at);
        *write(&self.desk.identity) = identity.clone();
        let quiet = match (&settings.quiet_from, &settings.quiet_to) {
            (Some(from), Some(to)) => minute(from).zip(minute(to)).map(|(from, to)| QuietHours { from, to }),
            _ => None,
        };
        let watched = watch::Settings {
            identity,
            rules: settings.rules.iter().map(super::rules::rule).collect(),
            otherwise: super::rules::otherwise(&settings),
            quiet,
        };
        *write(&self.desk.settings) = settings;
        self.watching.apply(Happening::Settings(watched)).await;
    }
}

fn check(settings: &Settings) -> Result<(), Refusal> {
    let mut refusal = Refusal::invalid("these settings cannot be used");
    for (name, value) in [("quiet_from", &settings.quiet_from), ("quiet_to", &settings.quiet_to)] {
        if value.as_deref().is_some_and(|text| minute(text).is_none()) {
            refusal
                .fields
                .insert(name.to_owned(), "a time of day looks like 22:00".to_owned());
        }
    }
    if settings.quiet_from.is_some() != settings.quiet_to.is_some() {
        refusal.fields.insert(
            "quiet_to".to_owned(),
            "quiet hours need both a beginning and an end".to_owned(),
        );
    }
    let everywhere = settings.identities.iter().map(|text| ("identities", text));
    let of_one = settings.identities_at.values().flatten();
    for (field, text) in everywhere.chain(of_one.map(|text| ("identities_at", text))) {
        if Pattern::parse(text).is_none() {
            refusal
                .fields
                .insert(field.to_owned(), format!("'{text}' names nobody"));
        }
    }
    if let Some(problem) = super::rules::problem(&settings.rules) {
        refusal.fields.insert("rules".to_owned(), problem);
    }
    if refusal.fields.is_empty() {
        Ok(())
    } else {
        Err(refusal)
    }
}

/// Minutes since midnight of `22:00`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then(|| hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::minute;

    #[test]
    fn times_of_day() {
        assert_eq!(minute("22:00"), Some(1320));
        assert_eq!(minute("07:05"), Some(425));
        for bad in ["24:00", "7", "7:60", "", "x:y", "-1:00", "1093:00", "65535:59"] {
            assert_eq!(minute(bad), None, "{bad}");
        }
    }
}
