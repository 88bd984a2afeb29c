//! What a master can do, as far as it differs between versions. Nobody else asks for a version.

use crate::http::Asked;
use crate::{Error, Http};
use model::Json;

/// Most bytes of `/config`, where themes and plugins leave all sorts of things.
const CONFIG: usize = 4 << 20;

/// What a master can do besides what all can from 0.9 on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Its program and version, for people: `Buildbot 4.3.0`. Unknown before 3.7.
    pub version: Option<String>,
    /// It is an Outpost.
    pub is_outpost: bool,
    /// Builders have projects, and requests a priority that can be changed (3.9).
    pub projects: bool,
    /// Workers say why they are paused, and steps when they had their locks (3.10).
    pub pause_reason: bool,
    /// Build sets say which build they repeat (4.0).
    pub rebuilt_build: bool,
    /// A build lists what it triggered (4.3).
    pub triggered_builds: bool,
}

impl Capabilities {
    /// By the program's name and version, as `/config` tells them.
    fn of_version(name: &str, version: &str) -> Capabilities {
        let is_outpost = name == "Outpost";
        let since = |major, minor| is_outpost || numbers(version) >= (major, minor);
        Capabilities {
            version: Some(format!("{name} {version}")),
            is_outpost,
            projects: since(3, 9),
            pause_reason: since(3, 10),
            rebuilt_build: since(4, 0),
            triggered_builds: since(4, 3),
        }
    }

    /// By what `/config` says; `None` if it says nothing.
    pub(crate) fn of_config(config: &Json) -> Option<Capabilities> {
        let versions = config.get("versions")?.as_array()?;
        let named = |wanted: &str| {
            versions.iter().take(100).find_map(|pair| {
                let (name, version) = (pair.get(0)?.as_str()?, pair.get(1)?.as_str()?);
                (name == wanted).then(|| (name.to_owned(), version.chars().take(40).collect::<String>()))
            })
        };
        let (name, version) = named("Buildbot").or_else(|| named("Outpost"))?;
        Some(Capabilities::of_version(&name, &version))
    }
}

/// The first two numbers of a version; a development version counts as the one it becomes.
fn numbers(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    });
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

impl Http {
    /// What `/config` says, for front ends; `None` where there is none, as before 3.7.
    pub(crate) async fn config(&self) -> Result<Option<Json>, Error> {
        let answer = self.ask(&Asked::page("config", CONFIG)).await?;
        match answer.status {
            200 if !answer.is_page() => Ok(serde_json::from_slice(&answer.body).ok()),
            200 | 404 => Ok(None),
            _ => Err(answer.trouble("config")),
        }
    }

    /// What this master can do; one request, or two of an old one.
    pub async fn capabilities(&self) -> Result<Capabilities, Error> {
        if let Some(known) = self.config().await?.as_ref().and_then(Capabilities::of_config) {
            return Ok(known);
        }
        match self.get::<Json>("projects?limit=1").await {
            Ok(_) => Ok(Capabilities {
                projects: true,
                ..Capabilities::default()
            }),
            Err(error) if error.is_unknown_here() => Ok(Capabilities::default()),
            Err(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn versions_are_what_masters_can_do() {
        let of = |version: &str| {
            let config = json!({"versions": [["Python", "3.11.7"], ["Buildbot", version], ["Twisted", "26.10.0"]]});
            Capabilities::of_config(&config).unwrap()
        };
        assert!(!of("3.8.0").projects);
        assert!(of("3.9.2").projects && !of("3.9.2").pause_reason);
        assert!(of("3.11.9").pause_reason && !of("3.11.9").rebuilt_build);
        assert!(of("4.3.0.dev12").triggered_builds && !of("4.2.1").triggered_builds);
        assert!(of("nonsense").version.is_some());
        let outpost = Capabilities::of_config(&json!({"versions": [["Outpost", "0.1.0"]]})).unwrap();
        assert!(outpost.is_outpost && outpost.triggered_builds);
        assert_eq!(
            Capabilities::of_config(&json!({"versions": [[1], "x", ["Other", "1"]]})),
            None
        );
    }
}
