//! Projects of other people, from the registries of Rust and Python: set up by `init` alone, green, broken, repaired.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tests::{Outpost, Repository, has, skip};

/// Runs a program; what went wrong if it did not succeed.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

/// The source of a crate, as `cargo` gets it.
fn crate_source(folder: &Path, name: &str, version: &str) -> Result<PathBuf, String> {
    std::fs::create_dir(folder.join("src")).expect("a folder");
    std::fs::write(folder.join("src/lib.rs"), "").expect("written");
    let manifest = format!(
        "[package]\nname = \"asks\"\nversion = \"0.1.0\"\n[dependencies]\n{name} = \"={version}\"\n[workspace]\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("written");
    run(Command::new("cargo").arg("vendor").arg("--quiet").current_dir(folder))?;
    let source = folder.join("vendor").join(name);
    std::fs::remove_file(source.join(".cargo-checksum.json")).map_err(|error| error.to_string())?;
    Ok(source)
}

/// The source of a Python package, as `pip` gets it.
fn package_source(folder: &Path, name: &str, version: &str) -> Result<PathBuf, String> {
    let pip = ["-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"];
    run(Command::new("python3")
        .args(pip)
        .arg(format!("{name}=={version}"))
        .current_dir(folder))?;
    run(Command::new("tar")
        .args(["xf", &format!("{name}-{version}.tar.gz")])
        .current_dir(folder))?;
    Ok(folder.join(format!("{name}-{version}")))
}

/// Builds it green, breaks a line, builds it red, repairs it and builds it green.
async fn green_red_green(name: &str, source: &Path, file: &str, good: &str, bad: &str) {
    let repository = Repository::of_folder(name, source);
    let outpost = Outpost::start().await;
    let said = outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    assert!(said.contains("success"), "{said}");
    let text = std::fs::read_to_string(repository.path().join(file)).expect("the file");
    assert_eq!(text.matches(good).count(), 1, "{file} has what is to be broken once");
    repository.write(file, &text.replace(good, bad));
    let revision = repository.commit("break it");
    let red = outpost.built(name, 2).await;
    assert_eq!(
        (&red["results"], &red["revision"]),
        (&2.into(), &revision.into()),
        "{red:#}"
    );
    let page = outpost.call("build", serde_json::json!({"build": red["build"]})).await;
    let summary = page["summary"].as_str().unwrap_or_default();
    assert!(
        summary.starts_with("test: "),
        "the page tells the step and its first error: {page:#}"
    );
    println!("{name}: {summary}");
    repository.write(file, &text);
    repository.commit("repair it");
    let green = outpost.built(name, 3).await;
    assert_eq!(green["results"], 0, "{green:#}");
}

#[tokio::test]
async fn a_rust_crate() {
    if !has("cargo") {
        return skip("a real crate: cargo is not installed");
    }
    let folder = TempDir::new().expect("a folder");
    match crate_source(folder.path(), "fnv", "1.0.7") {
        Ok(source) => {
            green_red_green(
                "fnv",
                &source,
                "lib.rs",
                "wrapping_mul(0x100000001b3)",
                "wrapping_mul(7)",
            )
            .await
        }
        Err(why) => skip(&format!("a real crate: its source cannot be had: {why}")),
    }
}

#[tokio::test]
async fn a_python_package() {
    if !has("python3") {
        return skip("a real package: python3 is not installed");
    }
    let folder = TempDir::new().expect("a folder");
    match package_source(folder.path(), "six", "1.17.0") {
        Ok(source) => {
            let (good, bad) = (
                "int2byte = struct.Struct(\">B\").pack",
                "int2byte = struct.Struct(\">H\").pack",
            );
            green_red_green("six", &source, "six.py", good, bad).await;
        }
        Err(why) => skip(&format!("a real package: its source cannot be had: {why}")),
    }
}
