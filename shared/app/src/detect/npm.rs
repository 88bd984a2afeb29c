//! JavaScript packages, by the package manager whose lock file they carry.

use super::{Recognised, Tree, recognised, step};
use serde_json::Value;

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    if !tree.has("package.json") {
        return None;
    }
    let package: Value = serde_json::from_str(&tree.text("package.json")).unwrap_or(Value::Null);
    let (name, because, install) = manager(tree, &package);
    let tool = name.to_lowercase();
    let mut steps = Vec::new();
    if ["dependencies", "devDependencies"]
        .iter()
        .any(|key| package[key].as_object().is_some_and(|d| !d.is_empty()))
    {
        steps.push(step("install", install));
    }
    if package["scripts"]["build"].is_string() {
        steps.push(step("build", format!("{tool} run build")));
    }
    if package["scripts"]["test"]
        .as_str()
        .is_some_and(|script| !script.contains("no test specified"))
    {
        steps.push(step("test", format!("{tool} test")));
    }
    recognised(name, &because, steps)
}

fn manager(tree: &Tree, package: &Value) -> (&'static str, Vec<&'static str>, &'static str) {
    let wanted = package["packageManager"].as_str().unwrap_or("");
    if tree.has("pnpm-lock.yaml") || wanted.starts_with("pnpm@") {
        return (
            "pnpm",
            vec!["package.json", "pnpm-lock.yaml"],
            "pnpm install --frozen-lockfile",
        );
    }
    if tree.has("yarn.lock") || wanted.starts_with("yarn@") {
        // Yarn 2 and later renamed the option.
        let modern = tree.has(".yarnrc.yml") || (wanted.starts_with("yarn@") && !wanted.starts_with("yarn@1"));
        let install = if modern {
            "yarn install --immutable"
        } else {
            "yarn install --frozen-lockfile"
        };
        return ("Yarn", vec!["package.json", "yarn.lock"], install);
    }
    if tree.has("package-lock.json") || tree.has("npm-shrinkwrap.json") {
        return ("npm", vec!["package.json", "package-lock.json"], "npm ci");
    }
    ("npm", vec!["package.json"], "npm install")
}
