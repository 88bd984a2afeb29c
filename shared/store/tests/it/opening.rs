//! What a database must be, and who may have it.

use crate::farm::Farm;
use serde_json::json;
use std::fs;
use store::rusqlite::Connection;
use store::{Store, StoreError, settings};

#[tokio::test]
async fn a_second_owner_is_refused_by_name_of_the_first() {
    let farm = Farm::new();
    let path = farm.folder.path().join("outpost.db");
    match Store::open(&path) {
        Err(error @ StoreError::Locked { .. }) => {
            let text = error.to_string();
            assert!(text.contains(&format!("pid {}", std::process::id())), "{text}");
            assert!(text.contains("outpost.db"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    farm.store.close().await;
    Store::open(&path).unwrap().close().await;
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_untouched() {
    let farm = Farm::new();
    let path = farm.folder.path().join("outpost.db");
    farm.store.write(|t| settings::set(t, "k", &json!(1))).await.unwrap();
    farm.store.close().await;
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 4711)
        .unwrap();
    let before = fs::read(&path).unwrap();
    match Store::open(&path) {
        Err(StoreError::Newer { found: 4711, known, .. }) => assert!(known < 4711),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE builds (x); INSERT INTO builds VALUES (1);")
        .unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn damage_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "this is no database, however long it may be".repeat(100)).unwrap();
    assert!(matches!(Store::open(&text), Err(StoreError::Corrupt { .. })));

    let farm = Farm::new();
    let path = farm.folder.path().join("outpost.db");
    farm.store
        .write(|t| settings::set(t, "k", &json!("x".repeat(100_000))))
        .await
        .unwrap();
    farm.store.close().await;
    let mut bytes = fs::read(&path).unwrap();
    let page = 4096;
    for byte in &mut bytes[page..] {
        *byte = 0xA5;
    }
    fs::write(&path, bytes).unwrap();
    let damaged = match Store::open(&path) {
        Err(error) => error,
        Ok(store) => store.read(|c| settings::get(c, "k")).await.unwrap_err(),
    };
    assert!(matches!(damaged, StoreError::Corrupt { .. }), "{damaged:?}");
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(&folder.path().join("none/outpost.db")).unwrap_err();
    assert!(error.to_string().contains("none/outpost.db"), "{error}");
}
