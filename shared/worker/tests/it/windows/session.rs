//! What a worker tells of itself, and the end of the link.

use super::roles::{FAMILY, family};
use crate::master::{Master, dict, is_alive, pids, sh};
use std::time::Duration;
use wire::worker::link::pair;
use wire::worker::{Answer, MasterCall, Value};
use worker::{Ended, Options};

#[tokio::test]
async fn a_worker_tells_what_it_is() {
    let master = Master::with(&["one"], |options| {
        options.environment.push(("Mixed_Case".into(), "1".into()));
    })
    .await;
    let Ok(Answer::Info(info)) = master.call(MasterCall::GetWorkerInfo).await else {
        panic!("no info")
    };
    let info = Value::Dict(info);
    assert_eq!(info.get("system"), Some(&"nt".into()));
    assert_eq!(info.get("basedir").and_then(Value::text), master.folder.path().to_str());
    let environ = info.get("environ").unwrap();
    assert_eq!(environ.get("MIXED_CASE"), Some(&"1".into()));
    assert!(environ.get("PATH").is_some());
}

#[tokio::test]
async fn a_lost_link_ends_everything_before_the_worker_returns() {
    let mut master = Master::new().await;
    master.start("shell", sh(&family())).await.unwrap();
    let family = pids(&master.path("build/pids"), FAMILY).await;
    let Master {
        end, worker, folder, ..
    } = master;
    drop(end);
    let ended = tokio::time::timeout(Duration::from_secs(20), worker).await.unwrap();
    assert_eq!(ended.unwrap(), Ended::Lost);
    assert!(!family.iter().any(is_alive));
    drop(folder);
}

#[tokio::test]
async fn whole_paths_do_without_builders() {
    let mut master = Master::without_builders().await;
    let folder = master.folder.path().join("anywhere");
    let args = dict([("command", "cd".into()), ("workdir", folder.to_str().unwrap().into())]);
    let told = master.run("shell", args).await;
    assert_eq!(told.stdout().trim_end(), folder.to_str().unwrap());
}

#[tokio::test]
async fn two_workers_do_not_share_a_folder() {
    let master = Master::new().await;
    let (end, theirs) = pair();
    let second = tokio::spawn(worker::run(theirs, Options::new(master.folder.path(), "second")));
    assert_eq!(second.await.unwrap(), Ended::Busy);
    drop(end);
}
