//! The properties that a build begins with, in Buildbot's order of precedence (B-159, B-160).

use model::config::{BuilderConfig, MasterConfig, WorkerConfig};
use model::{BuilderId, Change, NewSourceStamp, ProjectId, Properties};

/// What a build's properties are made of.
pub struct Sources<'a> {
    /// `c["properties"]`.
    pub config: &'a MasterConfig,
    /// The builder.
    pub builder: &'a BuilderConfig,
    /// Its id.
    pub builder_id: BuilderId,
    /// Its project's name and id.
    pub project: Option<(&'a str, ProjectId)>,
    /// Where it runs.
    pub worker: &'a WorkerConfig,
    /// Of the set: the scheduler's, the force form's.
    pub set: &'a Properties,
    /// The changes that are built, oldest first.
    pub changes: &'a [Change],
    /// The trees, one per codebase.
    pub source_stamps: &'a [NewSourceStamp],
    /// Counts per builder.
    pub number: i64,
}

/// What is known when the build is made; a later line wins.
///
/// The engine adds `owners`, `basedir` and `builddir` afterwards, since Buildbot tells them later.
pub fn initial(from: &Sources<'_>) -> Properties {
    let mut all = Properties::default();
    copy(&mut all, &from.worker.default_properties, "Worker");
    copy(&mut all, &from.builder.default_properties, "Builder");
    copy(&mut all, &from.config.properties, "global");
    for change in from.changes {
        copy(&mut all, &change.new.properties, "Change");
    }
    // The set's properties carry their own sources: the scheduler's below the form's, as it made them.
    all.update(from.set);
    copy(&mut all, &from.worker.properties, "Worker");
    all.set("workername", from.worker.name.clone(), "Worker");
    copy(&mut all, &from.builder.properties, "Builder");
    all.set("buildername", from.builder.name.clone(), "Builder");
    all.set("builderid", from.builder_id.0, "Builder");
    if let Some((name, id)) = from.project {
        all.set("projectname", name, "Builder");
        all.set("projectid", id.0, "Builder");
    }
    all.set("buildnumber", from.number, "Build");
    trees(&mut all, from.source_stamps);
    all
}

/// `branch` and its like: plain values with one codebase, dictionaries by codebase with several.
fn trees(all: &mut Properties, source_stamps: &[NewSourceStamp]) {
    type Attribute = fn(&NewSourceStamp) -> model::Json;
    let attributes: [(&str, Attribute); 5] = [
        ("branch", |s| s.branch.clone().into()),
        ("revision", |s| s.revision.clone().into()),
        ("repository", |s| s.repository.clone().into()),
        ("codebase", |s| s.codebase.clone().into()),
        ("project", |s| s.project.clone().into()),
    ];
    for (name, value_of) in attributes {
        match source_stamps {
            [] => {}
            [one] => all.set(name, value_of(one), "Build"),
            several => {
                let by_codebase: serde_json::Map<String, model::Json> =
                    several.iter().map(|s| (s.codebase.clone(), value_of(s))).collect();
                all.set(name, by_codebase, "Build");
            }
        }
    }
}

/// `basedir` and `builddir` of a build on a worker that told its folder.
pub fn folders(worker_folder: &str, builddir: &str) -> Properties {
    let separator = if worker_folder.contains('\\') && !worker_folder.contains('/') {
        '\\'
    } else {
        '/'
    };
    let mut both = Properties::default();
    both.set("basedir", worker_folder, "Worker");
    both.set("builddir", format!("{worker_folder}{separator}{builddir}"), "Worker");
    both
}

fn copy(all: &mut Properties, from: &Properties, source: &str) {
    for (name, value, _) in from.iter() {
        all.set(name, value.clone(), source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: &str, source: &str) -> Properties {
        let mut properties = Properties::default();
        properties.set("who", value, source);
        properties
    }

    /// The places that can set a property, lowest first, with what they set it to.
    struct Rig {
        config: MasterConfig,
        builder: BuilderConfig,
        worker: WorkerConfig,
        set: Properties,
    }

    impl Rig {
        fn initial(&self) -> Properties {
            initial(&Sources {
                config: &self.config,
                builder: &self.builder,
                builder_id: BuilderId(4),
                project: Some(("widget", ProjectId(1))),
                worker: &self.worker,
                set: &self.set,
                changes: &[],
                source_stamps: &[NewSourceStamp {
                    branch: Some("main".to_owned()),
                    ..NewSourceStamp::default()
                }],
                number: 7,
            })
        }
    }

    #[test]
    fn each_place_wins_over_the_ones_below_it() {
        let mut rig = Rig {
            config: MasterConfig::default(),
            builder: BuilderConfig {
                name: "b".to_owned(),
                ..BuilderConfig::default()
            },
            worker: WorkerConfig {
                name: "w".to_owned(),
                ..WorkerConfig::default()
            },
            set: Properties::default(),
        };
        let said = |rig: &Rig| {
            let all = rig.initial();
            (all.text("who").map(str::to_owned), all.source("who").map(str::to_owned))
        };
        let is = |value: &str, source: &str| (Some(value.to_owned()), Some(source.to_owned()));
        rig.worker.default_properties = one("worker default", "");
        assert_eq!(said(&rig), is("worker default", "Worker"));
        rig.builder.default_properties = one("builder default", "");
        assert_eq!(said(&rig), is("builder default", "Builder"));
        rig.config.properties = one("global", "");
        assert_eq!(said(&rig), is("global", "global"));
        rig.set = one("scheduler", "Scheduler");
        assert_eq!(said(&rig), is("scheduler", "Scheduler"));
        rig.set = one("form", "Force Build Form");
        assert_eq!(said(&rig), is("form", "Force Build Form"));
        rig.worker.properties = one("worker", "");
        assert_eq!(said(&rig), is("worker", "Worker"));
        rig.builder.properties = one("builder", "");
        assert_eq!(said(&rig), is("builder", "Builder"));
    }

    #[test]
    fn a_form_cannot_choose_the_name_of_the_worker() {
        let mut set = Properties::default();
        set.set("workername", "", "Force Build Form");
        let rig = Rig {
            config: MasterConfig::default(),
            builder: BuilderConfig {
                name: "b".to_owned(),
                ..BuilderConfig::default()
            },
            worker: WorkerConfig {
                name: "linux-a".to_owned(),
                ..WorkerConfig::default()
            },
            set,
        };
        let all = rig.initial();
        assert_eq!(
            (all.text("workername"), all.source("workername")),
            (Some("linux-a"), Some("Worker"))
        );
        assert_eq!(all.text("branch"), Some("main"));
        assert_eq!(all.get("revision"), Some(&model::Json::Null));
        assert_eq!(all.source("projectid"), Some("Builder"));
    }
}
