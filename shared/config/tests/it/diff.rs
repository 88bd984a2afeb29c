//! What applying a text would change.

use super::config_of;
use config::{Part, diff};

const TEXT: &str = r#"
c = BuildmasterConfig = {}
c["title"] = "T"
c["workers"] = [worker.LocalWorker("local")]
def cond(p):
    return p.get("x")
f = util.BuildFactory([steps.Test(doStepIf=cond), steps.ShellCommand(command=["make"])])
c["builders"] = [util.BuilderConfig(name="a", workernames=["local"], factory=f)]
c["schedulers"] = [schedulers.ForceScheduler(name="force", builderNames=["a"])]
c["change_source"] = [changes.GitPoller("/srv/x")]
"#;

fn changed(name: &str) -> Part {
    Part {
        changed: vec![name.to_owned()],
        ..Part::default()
    }
}

#[test]
fn moving_lines_changes_nothing() {
    let moved = format!("# a comment\n\n{}", TEXT.replace("f = util", "\n\nf = util"));
    assert!(diff(&config_of(TEXT), &config_of(&moved)).is_empty());
}

#[test]
fn every_change_is_in_its_part() {
    let old = config_of(TEXT);
    let to = |from: &str, to: &str| {
        assert!(TEXT.contains(from));
        diff(&old, &config_of(&TEXT.replace(from, to)))
    };
    assert_eq!(to("[\"make\"]", "[\"ninja\"]").builders, changed("a"));
    assert_eq!(to("p.get(\"x\")", "p.get(\"y\")").builders, changed("a"));
    assert_eq!(to("(\"local\")", "(\"local\", max_builds=1)").workers, changed("local"));
    assert_eq!(
        to("GitPoller(\"/srv/x\"", "GitPoller(\"/srv/x\", branch=\"b\"").change_sources,
        changed("/srv/x")
    );
    assert_eq!(to("\"T\"", "\"U\"").settings, ["title"]);
    assert_eq!(
        to("name=\"force\"", "name=\"form\"").schedulers,
        Part {
            added: vec!["form".to_owned()],
            removed: vec!["force".to_owned()],
            changed: Vec::new()
        }
    );
    let entries = to("\"T\"", "\"U\"");
    assert_eq!(entries.entries(), [("setting", "title", config::Status::Changed)]);
}
