//! Writes share commits and fail alone; a full disk is told and survived.

use crate::farm::{Farm, change};
use model::Time;
use model::query::Query;
use serde_json::json;
use store::rusqlite::{Connection, Error};
use store::{StoreError, changes, settings};

#[tokio::test]
async fn two_hundred_writes_at_once_are_all_kept() {
    let farm = Farm::new();
    let mut writes = tokio::task::JoinSet::new();
    for i in 0..200 {
        let store = farm.store.clone();
        writes.spawn(async move {
            store
                .write(move |t| changes::insert(t, &change(&format!("r{i}")), None, Time(i)))
                .await
        });
    }
    let mut ids: Vec<_> = writes
        .join_all()
        .await
        .into_iter()
        .map(|change| change.unwrap().id)
        .collect();
    ids.sort();
    let farm = farm.reopened().await;
    let mut kept: Vec<_> = farm
        .store
        .read(|c| changes::list(c, &Query::default()))
        .await
        .unwrap()
        .iter()
        .map(|c| c.id)
        .collect();
    kept.sort();
    assert_eq!(ids.len(), 200);
    assert_eq!(ids, kept);
}

/// Holds the writing thread with a first write, so that the next ones surely share a transaction.
#[tokio::test]
async fn a_failing_write_takes_back_only_itself() {
    let farm = Farm::new();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let held = farm.store.write(move |_| {
        gate.recv().unwrap();
        Ok(())
    });
    let good = farm.store.write(|t| settings::set(t, "good", &json!(1)));
    let bad = farm.store.write(|t| {
        settings::set(t, "bad", &json!(1))?;
        Err::<(), _>(Error::QueryReturnedNoRows)
    });
    let path = farm.folder.path().join("outpost.db");
    let after = farm.store.write(move |t| {
        assert_eq!(settings::get(t, "bad")?, None, "taken back before the next write runs");
        let outside = Connection::open(path)?;
        assert_eq!(
            (settings::get(t, "good")?, settings::get(&outside, "good")?),
            (Some(json!(1)), None),
            "one commit"
        );
        settings::set(t, "after", &json!(1))
    });
    let release = async { go.send(()).unwrap() };
    let (held, good, bad, after, ()) = tokio::join!(held, good, bad, after, release);
    held.unwrap();
    good.unwrap();
    after.unwrap();
    assert!(matches!(bad, Err(StoreError::Other { .. })), "{bad:?}");
    let farm = farm.reopened().await;
    let get = |key: &'static str| farm.store.read(move |c| settings::get(c, key));
    assert_eq!(get("good").await.unwrap(), Some(json!(1)));
    assert_eq!(get("bad").await.unwrap(), None);
    assert_eq!(get("after").await.unwrap(), Some(json!(1)));
}

#[tokio::test]
async fn a_panic_in_a_write_is_the_callers_and_the_store_goes_on() {
    let farm = Farm::new();
    let store = farm.store.clone();
    let write = tokio::spawn(async move {
        store
            .write(|t| {
                settings::set(t, "k", &json!(1))?;
                if true {
                    panic!("on purpose");
                }
                Ok(())
            })
            .await
    });
    assert!(write.await.unwrap_err().is_panic());
    farm.store
        .write(|t| settings::set(t, "other", &json!(2)))
        .await
        .unwrap();
    assert_eq!(farm.store.read(|c| settings::get(c, "k")).await.unwrap(), None);
}

#[tokio::test]
async fn a_write_whose_future_is_dropped_happens_all_the_same() {
    let farm = Farm::new();
    {
        let write = farm.store.write(|t| settings::set(t, "k", &json!(1)));
        tokio::pin!(write);
        tokio::select! {
            biased;
            _ = &mut write => {}
            () = std::future::ready(()) => {}
        }
    }
    let farm = farm.reopened().await;
    assert_eq!(
        farm.store.read(|c| settings::get(c, "k")).await.unwrap(),
        Some(json!(1))
    );
}

#[tokio::test]
async fn a_read_sees_one_moment_and_cannot_write() {
    let farm = Farm::new();
    farm.store.write(|t| settings::set(t, "k", &json!(1))).await.unwrap();
    let (started, wait) = tokio::sync::oneshot::channel();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let store = farm.store.clone();
    let read = tokio::spawn(async move {
        store
            .read(move |c| {
                let before = settings::get(c, "k")?;
                started.send(()).unwrap();
                gate.recv().unwrap();
                Ok((before, settings::get(c, "k")?))
            })
            .await
    });
    wait.await.unwrap();
    farm.store.write(|t| settings::set(t, "k", &json!(2))).await.unwrap();
    go.send(()).unwrap();
    assert_eq!(read.await.unwrap().unwrap(), (Some(json!(1)), Some(json!(1))));
    let refused = farm.store.read(|c| settings::set(c, "k", &json!(3))).await;
    assert!(matches!(refused, Err(StoreError::ReadOnly { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_full_disk_is_told_and_when_there_is_room_again_it_goes_on() {
    let farm = Farm::new();
    farm.store
        .write(|t| settings::set(t, "before", &json!(1)))
        .await
        .unwrap();
    let limit = |pages: i64| {
        farm.store.write(move |t| {
            t.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| {
                row.get::<_, i64>(0)
            })
        })
    };
    limit(1).await.unwrap();
    let trouble = farm.store.trouble();
    assert!(trouble.borrow().is_none());
    let large = |key: &'static str| {
        farm.store
            .write(move |t| settings::set(t, key, &json!("x".repeat(1 << 20))))
    };
    let (a, b) = tokio::join!(large("a"), large("b"));
    assert!(
        matches!((&a, &b), (Err(StoreError::Full), Err(StoreError::Full))),
        "{a:?} {b:?}"
    );
    assert_eq!(
        farm.store.read(|c| settings::get(c, "before")).await.unwrap(),
        Some(json!(1))
    );
    assert!(matches!(&*trouble.borrow(), Some(StoreError::Full)));
    assert!(matches!(farm.store.try_room().await, Err(StoreError::Full)));
    assert!(matches!(&*trouble.borrow(), Some(StoreError::Full)));
    limit(1 << 30).await.unwrap();
    farm.store.try_room().await.unwrap();
    assert!(trouble.borrow().is_none());
    let refused = farm.store.write(|t| t.execute("INSERT INTO none VALUES (1)", [])).await;
    assert!(
        refused.is_err() && trouble.borrow().is_none(),
        "a mistake of one write is not the disk's"
    );
    large("a").await.unwrap();
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn after_close_everything_is_gone() {
    let farm = Farm::new();
    let other = farm.store.clone();
    farm.store.close().await;
    assert!(matches!(other.write(|_| Ok(())).await, Err(StoreError::Gone)));
    assert!(matches!(other.read(|_| Ok(())).await, Err(StoreError::Gone)));
    other.close().await;
}

#[tokio::test]
async fn check_finds_rows_that_break_a_promise() {
    let farm = Farm::new();
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
    farm.store
        .write(|t| {
            let step = crate::farm::a_step(t)?;
            t.execute("UPDATE builds SET results = 0 WHERE buildid = ?1", [step.build.0])?;
            t.execute(
                "INSERT INTO logs (name, slug, stepid, kind, num_lines) VALUES ('l', 'l', ?1, 's', 3)",
                [step.id.0],
            )
        })
        .await
        .unwrap();
    let findings = farm.store.check().await.unwrap();
    assert_eq!(findings.len(), 2, "{findings:?}");
}

#[tokio::test]
async fn a_store_that_gave_memory_back_reads_and_writes_on() {
    let farm = Farm::new();
    let put = |key: &'static str| farm.store.write(move |c| settings::set(c, key, &json!(1)));
    let there = |key: &'static str| farm.store.read(move |c| settings::get(c, key));
    put("before").await.unwrap();
    assert_eq!(there("before").await.unwrap(), Some(json!(1)));
    farm.store.give_back().await.unwrap();
    put("after").await.unwrap();
    for key in ["before", "after"] {
        assert_eq!(there(key).await.unwrap(), Some(json!(1)), "{key}");
    }
    farm.store.close().await;
    assert!(matches!(farm.store.give_back().await, Err(StoreError::Gone)));
}
