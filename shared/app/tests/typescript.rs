//! The committed TypeScript is what the list of commands makes.

use std::collections::BTreeMap;
use std::path::Path;

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    found
}

/// With `OUTPOST_GENERATE=1` the files are written instead of compared; `./dev generate` does that.
#[test]
fn committed_typescript_is_fresh() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../frontend/src/generated");
    let made = tempfile::tempdir().expect("a temporary folder");
    let target = if std::env::var_os("OUTPOST_GENERATE").is_some() {
        committed.clone()
    } else {
        made.path().to_owned()
    };
    let config = ts_rs::Config::new().with_large_int("number").with_out_dir(&target);
    let commands = app::api::typescript(&config).expect("types can be written");
    std::fs::write(target.join("commands.ts"), commands).expect("commands.ts can be written");
    let (made, committed) = (files(&target), files(&committed));
    assert_eq!(
        made.keys().collect::<Vec<_>>(),
        committed.keys().collect::<Vec<_>>(),
        "run ./dev generate and commit frontend/src/generated"
    );
    for (name, text) in &made {
        assert_eq!(
            Some(text),
            committed.get(name),
            "{name} is old: run ./dev generate and commit it"
        );
    }
}
