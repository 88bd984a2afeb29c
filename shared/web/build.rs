//! Refuses a release build without the front end. Other builds do without it, and the page says how to build it.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !release {
        return;
    }
    let built = Path::new("../../frontend/dist");
    println!("cargo::rerun-if-changed={}", built.display());
    assert!(
        built.join("index.html").is_file(),
        "a release needs the front end: run `npm ci && npm run build` in frontend/ first, or build without --release"
    );
}
