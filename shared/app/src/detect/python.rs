//! Python projects: tox where it is set up, else a virtual environment and pytest or unittest.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    let file = tree.first(&[
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "tox.ini",
        "pytest.ini",
        "requirements.txt",
    ])?;
    let project: toml::Table = tree.text("pyproject.toml").parse().unwrap_or_default();
    if tree.has("tox.ini") || dig(&project, &["tool", "tox"]).is_some() {
        let because = if tree.has("tox.ini") {
            "tox.ini"
        } else {
            "pyproject.toml"
        };
        return recognised("tox", &[because], vec![step("test", "tox")]);
    }
    let pytest = uses_pytest(tree, &project);
    let mut wanted = Vec::new();
    if ["pyproject.toml", "setup.py", "setup.cfg"]
        .iter()
        .any(|name| tree.has(name))
        && is_package(tree, &project)
    {
        wanted.push(format!("-e {}", with_test_extra(&project)));
    }
    for name in [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-test.txt",
        "dev-requirements.txt",
    ] {
        if tree.has(name) {
            wanted.push(format!("-r {name}"));
        }
    }
    if pytest {
        wanted.push("pytest".to_owned());
    }
    let mut steps = vec![step("environment", "python3 -m venv .venv")];
    if !wanted.is_empty() {
        steps.push(step(
            "install",
            format!(".venv/bin/pip install --quiet {}", wanted.join(" ")),
        ));
    }
    steps.push(step(
        "test",
        if pytest {
            ".venv/bin/python -m pytest"
        } else {
            ".venv/bin/python -m unittest"
        },
    ));
    recognised(if pytest { "Python with pytest" } else { "Python" }, &[file], steps)
}

/// Set up for pytest, or with tests as only pytest finds them.
fn uses_pytest(tree: &Tree, project: &toml::Table) -> bool {
    let names_it = [
        "requirements-dev.txt",
        "requirements-test.txt",
        "requirements.txt",
        "setup.cfg",
        "setup.py",
    ]
    .iter()
    .any(|name| tree.text(name).contains("pytest"));
    let is_test = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name);
        (file.starts_with("test_") || file.ends_with("_test.py")) && file.ends_with(".py")
    };
    let tests: Vec<&str> = tree.files().filter(|name| is_test(name)).collect();
    tree.has("pytest.ini")
        || tree.files().any(|name| name.rsplit('/').next() == Some("conftest.py"))
        || dig(project, &["tool", "pytest"]).is_some()
        || tree.text("pyproject.toml").contains("pytest")
        || names_it
        || tests.iter().take(5).any(|name| !tree.text(name).contains("unittest"))
}

/// Whether pip can install the folder: a `pyproject.toml` may hold nothing but settings of tools.
fn is_package(tree: &Tree, project: &toml::Table) -> bool {
    tree.has("setup.py")
        || project.contains_key("project")
        || project.contains_key("build-system")
        || tree.text("setup.cfg").contains("[metadata]")
}

/// `.`, or `.[test]` when the project names what its tests need.
fn with_test_extra(project: &toml::Table) -> String {
    let extras = dig(project, &["project", "optional-dependencies"]).and_then(toml::Value::as_table);
    let name = ["test", "tests", "testing", "dev"]
        .into_iter()
        .find(|name| extras.is_some_and(|e| e.contains_key(*name)));
    name.map_or_else(|| ".".to_owned(), |name| format!("'.[{name}]'"))
}

fn dig<'a>(table: &'a toml::Table, path: &[&str]) -> Option<&'a toml::Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get(*first)?;
    if rest.is_empty() {
        Some(value)
    } else {
        dig(value.as_table()?, rest)
    }
}
