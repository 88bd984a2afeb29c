//! Tries and their exact patches are kept.

use crate::farm::Farm;
use model::Time;
use serde_json::json;
use store::tries::{self, NewTry};

fn new(project: &str, at: i64, patch: Vec<u8>) -> NewTry {
    NewTry {
        project: project.to_owned(),
        root: format!("/home/x/{project}"),
        submitted_at: Time(at),
        open: true,
        record: json!({"state": "queued"}),
        patch,
    }
}

#[tokio::test]
async fn a_try_and_its_patch_are_there_after_a_restart() {
    let farm = Farm::new();
    let patch: Vec<u8> = (0..200_000_u32).flat_map(|n| n.to_le_bytes()).collect();
    let kept = new("frob", 7, patch.clone());
    let id = farm.store.write(move |c| tries::insert(c, &kept)).await.unwrap();
    let farm = farm.reopened().await;
    let open = farm.store.read(tries::open).await.unwrap();
    assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
    assert_eq!(open[0].record, json!({"state": "queued"}));
    assert_eq!(
        farm.store.read(move |c| tries::patch(c, id)).await.unwrap(),
        Some(patch)
    );
    let done = json!({"state": "ended"});
    let known = done.clone();
    assert!(
        farm.store
            .write(move |c| tries::update(c, id, false, &done))
            .await
            .unwrap()
    );
    assert!(farm.store.read(tries::open).await.unwrap().is_empty());
    let one = farm.store.read(move |c| tries::get(c, id)).await.unwrap().unwrap();
    assert_eq!((one.record, one.open, one.submitted_at), (known, false, Time(7)));
}

#[tokio::test]
async fn the_newest_come_first_and_a_forgotten_one_is_gone_with_its_patch() {
    let farm = Farm::new();
    let ids = farm
        .store
        .write(|c| {
            let all = [("a", 1), ("b", 2), ("a", 3), ("a", 4)];
            all.iter()
                .map(|(project, at)| tries::insert(c, &new(project, *at, vec![0; 3])))
                .collect::<Result<Vec<i64>, _>>()
        })
        .await
        .unwrap();
    let list = |project: Option<&'static str>, before, limit| {
        let read = farm.store.read(move |c| tries::list(c, project, before, limit));
        async move { read.await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>() }
    };
    assert_eq!(list(None, None, 10).await, [ids[3], ids[2], ids[1], ids[0]]);
    assert_eq!(list(Some("a"), Some(ids[3]), 1).await, [ids[2]]);
    let last = ids[3];
    let roots = farm.store.read(|c| tries::roots(c, 9)).await.unwrap();
    assert_eq!(
        roots,
        [("/home/x/a".into(), "a".into()), ("/home/x/b".into(), "b".into())]
    );
    assert!(farm.store.write(move |c| tries::remove(c, last)).await.unwrap());
    assert_eq!(farm.store.read(move |c| tries::patch(c, last)).await.unwrap(), None);
    assert!(!farm.store.write(move |c| tries::remove(c, last)).await.unwrap());
    // An id is not used again: a page may still show the old one.
    let next = farm
        .store
        .write(|c| tries::insert(c, &new("a", 9, Vec::new())))
        .await
        .unwrap();
    assert!(next > last);
    assert_eq!(
        farm.store.read(move |c| tries::patch(c, next)).await.unwrap(),
        Some(Vec::new())
    );
}

#[tokio::test]
async fn the_oldest_that_are_over_make_room() {
    let farm = Farm::new();
    let left = |tries: u32, bytes: u64| {
        let write = farm.store.write(move |c| {
            tries::list(c, None, None, 100)?
                .iter()
                .try_for_each(|one| tries::remove(c, one.id).map(drop))?;
            let noise: Vec<u8> = (0..1_000_u32)
                .flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes())
                .collect();
            let mut ids = Vec::new();
            for at in 0..6 {
                let id = tries::insert(c, &new("a", at, noise.clone()))?;
                tries::update(c, id, at == 1, &json!({}))?;
                ids.push(id);
            }
            tries::make_room(c, tries, bytes)?;
            let left = tries::list(c, None, None, 100)?;
            let places = left.iter().map(|one| ids.iter().position(|id| *id == one.id));
            places
                .map(|place| Ok(place.unwrap_or(99)))
                .collect::<Result<Vec<usize>, store::rusqlite::Error>>()
        });
        async move { write.await.unwrap() }
    };
    assert_eq!(left(100, 1 << 30).await, [5, 4, 3, 2, 1, 0]);
    assert_eq!(left(2, 1 << 30).await, [5, 4, 1], "what is not over stays");
    assert_eq!(left(100, 10_000).await, [5, 4, 1], "two such patches fit");
    assert_eq!(left(100, 0).await, [1]);
}

#[tokio::test]
async fn records_are_revised_where_they_have_to_be() {
    let farm = Farm::new();
    let revise = farm.store.write(|c| {
        tries::insert(c, &new("a", 1, Vec::new()))?;
        let other = tries::insert(c, &new("b", 2, Vec::new()))?;
        tries::update(c, other, false, &json!({"master": "team"}))?;
        tries::revise(c, |record| {
            let is_it = record["master"] == "team";
            if is_it {
                record["master"] = json!("crew");
            }
            is_it
        })?;
        tries::list(c, None, None, 9)
    });
    let list = revise.await.unwrap();
    let records: Vec<_> = list.iter().map(|one| (&one.record, one.open)).collect();
    let (revised, left) = (json!({"master": "crew"}), json!({"state": "queued"}));
    assert_eq!(records, [(&revised, false), (&left, true)]);
}
