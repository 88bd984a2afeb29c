//! Declares the commands that the pages may call, and lets the window build where the pages were not.

use std::path::Path;

/// Where the front end is built to.
const DIST: &str = "../frontend/dist";

/// Said instead of the pages when they were not built.
const MISSING: &str = "<!doctype html><title>Outpost</title><p>The pages are not built. \
Run <code>npm ci &amp;&amp; npm run build</code> in <code>frontend/</code>, then build the window again.</p>\n";

fn main() {
    let page = Path::new(DIST).join("index.html");
    if !page.exists() {
        let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
        assert!(!release, "build the pages first: npm ci && npm run build, in frontend/");
        std::fs::create_dir_all(DIST)
            .and_then(|()| std::fs::write(&page, MISSING))
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", page.display()));
    }
    println!("cargo:rerun-if-changed={DIST}");
    println!("cargo:rerun-if-changed=../icons");
    let commands = tauri_build::AppManifest::new().commands(&["call", "link", "close", "log_page", "save", "sign_in"]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)) {
        panic!("the window's description is not right: {error:#}");
    }
}
