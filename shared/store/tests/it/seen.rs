//! What joined masters answered is kept, within its bounds.

use crate::farm::Farm;
use model::Time;
use store::{StoreError, seen};

const PLENTY: u64 = 1 << 30;

async fn put(farm: &Farm, master: &'static str, key: &'static str, body: &'static str, at: i64) {
    let body = body.as_bytes();
    farm.store
        .write(move |c| seen::put(c, master, key, body, Time(at), PLENTY))
        .await
        .unwrap();
}

async fn get(farm: &Farm, master: &'static str, key: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
    farm.store.read(move |c| seen::get(c, master, key)).await
}

#[tokio::test]
async fn what_was_seen_is_there_after_a_restart_and_the_last_put_counts() {
    let farm = Farm::new();
    put(&farm, "team", "builds/1", "old", 1).await;
    put(&farm, "team", "builds/1", "new", 2).await;
    put(&farm, "other", "builds/1", "theirs", 3).await;
    let farm = farm.reopened().await;
    assert_eq!(get(&farm, "team", "builds/1").await.unwrap().unwrap(), b"new");
    assert_eq!(get(&farm, "other", "builds/1").await.unwrap().unwrap(), b"theirs");
    assert_eq!(get(&farm, "team", "builds/2").await.unwrap(), None);
}

#[tokio::test]
async fn what_was_not_used_for_the_longest_time_goes_first() {
    let farm = Farm::new();
    let text: String = (0..20_000)
        .map(|n: u32| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 26) as u8))
        .collect();
    let size = farm
        .store
        .write(move |c| {
            for n in 0..40_i64 {
                seen::put(c, "team", &format!("log/{n}"), text.as_bytes(), Time(n), PLENTY)?;
            }
            seen::touch(c, "team", "log/0", Time(1000))?;
            let half = seen::size(c)? as u64 / 2;
            seen::put(c, "team", "one more", b"x", Time(1001), half)?;
            Ok((seen::size(c)? as u64, half))
        })
        .await
        .unwrap();
    assert!(size.0 <= size.1, "{size:?}");
    assert!(
        get(&farm, "team", "log/0").await.unwrap().is_some(),
        "it was used lately"
    );
    assert!(get(&farm, "team", "log/39").await.unwrap().is_some());
    assert!(get(&farm, "team", "log/1").await.unwrap().is_none());
}

#[tokio::test]
async fn a_master_is_forgotten_or_renamed_alone() {
    let farm = Farm::new();
    put(&farm, "team", "k", "1", 1).await;
    put(&farm, "other", "k", "2", 1).await;
    farm.store.write(|c| seen::rename(c, "team", "crew")).await.unwrap();
    assert_eq!(get(&farm, "crew", "k").await.unwrap().unwrap(), b"1");
    assert_eq!(get(&farm, "team", "k").await.unwrap(), None);
    farm.store.write(|c| seen::forget(c, "crew")).await.unwrap();
    assert_eq!(get(&farm, "crew", "k").await.unwrap(), None);
    assert!(get(&farm, "other", "k").await.unwrap().is_some());
}
