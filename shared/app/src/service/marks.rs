//! Builds as small marks, read in one go.

use super::App;
use crate::api::overview::BuildMark;
use crate::watching::translate::owners;
use model::{Build, BuildId, Properties};
use std::collections::HashMap;
use store::rusqlite::{Connection, Result};

/// Properties that a mark needs.
const WANTED: [&str; 4] = ["owners", "owner", "got_revision", "revision"];

/// What is read of builds to make marks of them.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    builders: HashMap<model::BuilderId, String>,
    properties: HashMap<BuildId, Properties>,
}

impl Marks {
    /// Reads what the marks of `builds` need.
    pub(crate) fn read(c: &Connection, builds: &[Build]) -> Result<Marks> {
        let ids: Vec<BuildId> = builds.iter().map(|build| build.id).collect();
        let wanted = WANTED.map(str::to_owned);
        let builders = store::builders::list(c)?
            .into_iter()
            .map(|row| (row.id, row.name))
            .collect();
        Ok(Marks {
            builders,
            properties: store::builds::selected_properties(c, &ids, &wanted)?,
        })
    }

    /// Everybody to blame for a build.
    pub(crate) fn owners(&self, build: BuildId) -> Vec<String> {
        self.properties.get(&build).map(owners).unwrap_or_default()
    }

    /// The mark of a build.
    pub(crate) fn mark(&self, app: &App, build: &Build) -> BuildMark {
        let properties = self.properties.get(&build.id);
        let text = |name| {
            properties
                .and_then(|p| p.text(name))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        BuildMark {
            master: crate::api::bundled(),
            build: build.id.0,
            builder: build.builder.0,
            builder_name: self.builders.get(&build.builder).cloned().unwrap_or_default(),
            number: build.number,
            results: build.results.map(u8::from),
            state: build.state_string.clone(),
            started_at: build.started_at.0,
            complete_at: build.complete_at.map(|time| time.0),
            mine: self.owners(build.id).iter().any(|owner| app.is_me(owner)),
            revision: text("got_revision").or_else(|| text("revision")),
        }
    }
}

/// The middle of the durations and half the width of their middle half; nothing for fewer than three.
pub(crate) fn usual(mut durations: Vec<i64>) -> Option<(i64, i64)> {
    if durations.len() < 3 {
        return None;
    }
    durations.sort_unstable();
    let at = |part: usize| durations[(durations.len() - 1) * part / 4];
    Some((at(2), (at(3) - at(1)) / 2))
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn one_outlier_does_not_move_what_is_usual() {
        assert_eq!(usual(vec![10, 12]), None);
        assert_eq!(usual(vec![11, 10, 12, 900, 13]), Some((12, 1)));
    }
}
