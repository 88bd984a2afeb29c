//! The configuration's text for a project: what `init` and "Add a folder" write.
//!
//! A project is one file in `projects/` with a function that adds its parts to the configuration, and two lines in the
//! main file that load and call it. Both are meant to be read and edited by hand afterwards.

use crate::api::projects::{AddProject, ProposedStep};

/// The main file of a new configuration.
pub const MAIN: &str = r#"# What Outpost builds on this machine.
#
# This is a program in Starlark, a small Python. The names are Buildbot's: https://docs.buildbot.net
# Check it with `outpost master check`; a file with errors never replaces a good one.

c = BuildmasterConfig = {}

c["title"] = "My desk"

# This machine, two builds at a time.
c["workers"] = [worker.LocalWorker("local", max_builds = 2)]

c["projects"] = []
c["change_source"] = []
c["builders"] = []
c["schedulers"] = []
"#;

/// Quiet time after a commit before it is built, so that a series of commits is one build.
const STABLE_SECONDS: u32 = 2;

/// Path of a project's file, relative to the configuration's folder.
pub fn path_of(name: &str) -> String {
    format!("projects/{}.star", identifier(name).replace('_', "-"))
}

/// A project's file.
pub fn text(project: &AddProject, build_system: Option<&str>) -> String {
    let name = quoted(&project.name);
    let branch = quoted(&project.branch);
    let built_how = build_system.map(|system| format!(" with {system}")).unwrap_or_default();
    let mut text = format!(
        "# {}: built{built_how} from the commits of its repository.\n\n",
        one_line(&project.name)
    );
    text.push_str(&format!("repository = {}\n\n", quoted(&project.path)));
    text.push_str("steps_of_build = [\n");
    text.push_str("    steps.Git(repourl = repository, mode = \"incremental\"),\n");
    for step in &project.steps {
        text.push_str(&step_text(step));
    }
    text.push_str("]\n\n");
    text.push_str("# Called by the main file with its configuration.\n");
    text.push_str("def project(c):\n");
    text.push_str(&format!("    c[\"projects\"].append(util.Project(name = {name}))\n"));
    text.push_str(&format!(
        "    c[\"change_source\"].append(changes.GitPoller(repourl = repository, branches = [{branch}], project = {name}))\n"
    ));
    text.push_str(&format!(
        "    c[\"builders\"].append(util.BuilderConfig(\n        name = {name},\n        project = {name},\n        \
         workernames = [\"local\"],\n        factory = util.BuildFactory(steps_of_build),\n    ))\n"
    ));
    text.push_str(&format!(
        "    c[\"schedulers\"].append(schedulers.SingleBranchScheduler(\n        name = {name},\n        \
         builderNames = [{name}],\n        change_filter = util.ChangeFilter(project = {name}, branch = {branch}),\n        \
         treeStableTimer = {STABLE_SECONDS},  # seconds without a further commit\n    ))\n"
    ));
    let force = quoted(&format!("{}-force", identifier(&project.name).replace('_', "-")));
    text.push_str(&format!(
        "    c[\"schedulers\"].append(schedulers.ForceScheduler(name = {force}, builderNames = [{name}]))\n"
    ));
    text
}

fn step_text(step: &ProposedStep) -> String {
    format!(
        "    steps.ShellCommand(name = {}, command = {}, haltOnFailure = True),\n",
        quoted(&step.name),
        quoted(&step.command)
    )
}

/// The main file with the project's two lines added at its end.
pub fn with_project(main: &str, name: &str) -> String {
    let mut text = main.trim_end().to_owned();
    text.push_str(&format!("\n\n{}\n", lines_of(name)));
    text
}

/// The main file without the project's two lines, or nothing when they are not there as they were written.
pub fn without_project(main: &str, name: &str) -> Option<String> {
    let lines = lines_of(name);
    let at = main.find(&lines)?;
    let before = main[..at].trim_end();
    let after = main[at + lines.len()..].trim_start_matches('\n');
    let mut text = before.to_owned();
    text.push('\n');
    if !after.is_empty() {
        text.push('\n');
        text.push_str(after);
    }
    Some(text)
}

fn lines_of(name: &str) -> String {
    let function = identifier(name);
    format!("load(\"{}\", {function} = \"project\")\n{function}(c)", path_of(name))
}

/// A name that Starlark accepts: `my-app 2` is `my_app_2`.
fn identifier(name: &str) -> String {
    let mut identifier: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    if identifier.is_empty() || identifier.starts_with(|c: char| c.is_ascii_digit()) || is_taken(&identifier) {
        identifier.insert_str(0, "project_");
    }
    identifier
}

/// Words that the language or the configuration already uses.
fn is_taken(word: &str) -> bool {
    const TAKEN: [&str; 40] = [
        "and",
        "break",
        "continue",
        "def",
        "elif",
        "else",
        "for",
        "if",
        "in",
        "lambda",
        "load",
        "not",
        "or",
        "pass",
        "return",
        "as",
        "assert",
        "class",
        "del",
        "except",
        "finally",
        "from",
        "global",
        "import",
        "is",
        "nonlocal",
        "raise",
        "try",
        "while",
        "with",
        "yield",
        "c",
        "steps",
        "schedulers",
        "changes",
        "worker",
        "reporters",
        "util",
        "secrets",
        "project",
    ];
    TAKEN.contains(&word)
}

/// A Starlark text literal.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04x}", c as u32)),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_a_project_undoes_adding_it() {
        for name in ["widget", "my-app 2", "7zip", "class", "ünï"] {
            let one = with_project(MAIN, "first");
            let two = with_project(&one, name);
            assert_eq!(without_project(&two, name).as_deref(), Some(one.as_str()), "{name}");
            let other = without_project(&two, "first").expect("the first is there");
            assert!(other.contains(&lines_of(name)) && !other.contains("first"), "{other}");
        }
        assert_eq!(without_project(MAIN, "widget"), None);
    }

    #[test]
    fn names_become_identifiers() {
        assert_eq!(identifier("my-app 2"), "my_app_2");
        assert_eq!(identifier("7zip"), "project_7zip");
        assert_eq!(identifier("class"), "project_class");
        assert_eq!(path_of("My App"), "projects/my-app.star");
    }
}
