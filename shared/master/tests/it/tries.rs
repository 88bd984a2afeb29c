//! A person's change: who may have what built, what of it is kept, and when.

use crate::rig::{Rig, builder, config, shell, soon};
use bytes::Bytes;
use master::{ControlError, Requested, TryOrigin, TryRefusal};
use model::config::{Location, MasterConfig, Render, SchedulerConfig, SchedulerKind, TryJobdir, TryUser, TryUserpass};
use model::{BuildSet, Properties, SchedulerId};
use serde_json::json;
use store::{build_sets, schedulers};
use wire::try_job::{TryJob, TryPatch};

/// The builders `a`, `b` and `c`; Alice's changes may have the first two.
fn configured() -> MasterConfig {
    let builders = ["a", "b", "c"].map(|name| builder(name, vec![shell("make", "ok")]));
    let mut config = config(builders.into());
    let mut properties = Properties::default();
    properties.set("shelf", "top", "Scheduler");
    properties.set("fruit", "apple", "Scheduler");
    let userpass = TryUserpass {
        port: "9989".to_owned(),
        users: vec![TryUser {
            name: "alice".to_owned(),
            password: Render::Const("wonder".into()),
        }],
    };
    let kinds = [
        ("try", SchedulerKind::TryUserpass(userpass)),
        (
            "jobs",
            SchedulerKind::TryJobdir(TryJobdir {
                folder: "jobs".to_owned(),
            }),
        ),
    ];
    config.schedulers.extend(kinds.map(|(name, kind)| SchedulerConfig {
        name: name.to_owned(),
        builders: vec!["a".to_owned(), "b".to_owned()],
        properties: properties.clone(),
        reason: String::new(),
        priority: 0,
        kind,
        location: Location::default(),
    }));
    config
}

fn job(builders: &[&str]) -> TryJob {
    TryJob {
        id: "1700000000.5-1".to_owned(),
        branch: Some("main".to_owned()),
        base_revision: Some("abc123".to_owned()),
        patch: Some(TryPatch {
            level: 1,
            body: Bytes::from_static(b"+\xff\n"),
        }),
        repository: "repo".to_owned(),
        project: "proj".to_owned(),
        who: "alice@example.org".to_owned(),
        comment: "why".to_owned(),
        builders: builders.iter().map(|name| (*name).to_owned()).collect(),
        properties: [("fruit".to_owned(), json!("pear"))].into(),
    }
}

fn from(scheduler: &str) -> TryOrigin {
    TryOrigin::Scheduler(scheduler.to_owned())
}

async fn submit(rig: &Rig, job: TryJob, by: TryOrigin) -> Result<Requested, TryRefusal> {
    soon("an answer", rig.master.submit_try(job, by)).await
}

async fn stored(rig: &Rig, requested: &Requested) -> (BuildSet, Properties) {
    let id = requested.set;
    let read = rig.master.store().read(move |c| {
        let set = build_sets::get(c, id)?.expect("a set");
        Ok((set, build_sets::properties(c, id)?))
    });
    read.await.expect("it is read")
}

#[tokio::test]
async fn a_change_is_a_set_with_its_patch() {
    let rig = Rig::start(configured()).await;
    let requested = submit(&rig, job(&["b"]), from("try")).await.expect("taken");
    assert_eq!(requested.requests.len(), 1);
    let (set, properties) = stored(&rig, &requested).await;
    assert_eq!(set.scheduler, "try");
    assert_eq!(set.reason, "'try' job by user alice@example.org (why)");
    assert_eq!(set.external_id.as_deref(), Some("1700000000.5-1"));
    let stamp = &set.source_stamps[0].new;
    assert_eq!(
        (stamp.branch.as_deref(), stamp.revision.as_deref()),
        (Some("main"), Some("abc123"))
    );
    assert_eq!((stamp.repository.as_str(), stamp.project.as_str()), ("repo", "proj"));
    let patch = stamp.patch.as_ref().expect("a patch");
    assert_eq!((patch.level, patch.body.as_slice()), (1, &b"+\xff\n"[..]));
    assert_eq!(
        (patch.author.as_str(), patch.comment.as_str()),
        ("alice@example.org", "why")
    );
    assert_eq!(
        (properties.text("fruit"), properties.source("fruit")),
        (Some("pear"), Some("try build"))
    );
    assert_eq!(
        (properties.text("shelf"), properties.source("shelf")),
        (Some("top"), Some("Scheduler"))
    );
    assert_eq!(properties.text("scheduler"), Some("try"));
}

#[tokio::test]
async fn reasons_say_what_is_known() {
    let rig = Rig::start(configured()).await;
    let reason = async |by: &str, who: &str, comment: &str| {
        let mut job = job(&["a"]);
        (job.who, job.comment) = (who.to_owned(), comment.to_owned());
        let requested = submit(&rig, job, from(by)).await.expect("taken");
        stored(&rig, &requested).await.0.reason
    };
    assert_eq!(reason("try", "", "").await, "'try' job");
    assert_eq!(reason("try", "", "why").await, "'try' job (why)");
    // Buildbot leaves the comment out here, and so does everybody who looks for this reason.
    assert_eq!(reason("jobs", "alice", "why").await, "'try' job by user alice");
}

#[tokio::test]
async fn a_scheduler_has_its_builders_and_no_others() {
    let rig = Rig::start(configured()).await;
    let all = submit(&rig, job(&[]), from("try")).await.expect("taken");
    assert_eq!(all.requests.len(), 2);
    let twice = submit(&rig, job(&["a", "a"]), from("try")).await.expect("taken");
    assert_eq!(twice.requests.len(), 1);
    let refused = submit(&rig, job(&["a", "c"]), from("try"))
        .await
        .expect_err("c is not its builder");
    assert!(
        matches!(&refused, TryRefusal::Builders { builders, .. } if *builders == ["c"]),
        "{refused}"
    );
    assert!(refused.to_string().contains("'try'"), "{refused}");
    let form = submit(&rig, job(&["a"]), from("force"))
        .await
        .expect_err("no scheduler for changes");
    assert!(
        matches!(form, TryRefusal::Master(ControlError::Unknown { .. })),
        "{form}"
    );
}

#[tokio::test]
async fn at_the_desk_every_builder_that_is_named_may_be_had() {
    let rig = Rig::start(configured()).await;
    let requested = submit(&rig, job(&["c"]), TryOrigin::Desk).await.expect("taken");
    assert_eq!(stored(&rig, &requested).await.0.scheduler, "try");
    let none = submit(&rig, job(&[]), TryOrigin::Desk)
        .await
        .expect_err("nothing was named");
    assert!(matches!(none, TryRefusal::NoBuilders), "{none}");
    let gone = submit(&rig, job(&["gone"]), TryOrigin::Desk)
        .await
        .expect_err("there is none");
    assert!(gone.to_string().contains("gone"), "{gone}");
}

#[tokio::test]
async fn a_patch_with_nothing_in_it_is_none() {
    let rig = Rig::start(configured()).await;
    let mut empty = job(&["a"]);
    empty.patch = Some(TryPatch::default());
    let requested = submit(&rig, empty, from("try")).await.expect("taken");
    assert_eq!(stored(&rig, &requested).await.0.source_stamps[0].new.patch, None);
}

#[tokio::test]
async fn what_was_answered_survives_a_crash() {
    let rig = Rig::start(configured()).await;
    let requested = submit(&rig, job(&["a"]), from("try")).await.expect("taken");
    let rig = rig.crash(configured()).await;
    let (set, _) = stored(&rig, &requested).await;
    assert!(set.source_stamps[0].new.patch.is_some() && set.complete_at.is_none());
}

#[tokio::test]
async fn a_scheduler_that_is_switched_off_takes_nothing() {
    let rig = Rig::start(configured()).await;
    let id = rig.master.store().read(schedulers::list).await;
    let id: SchedulerId = id
        .expect("they are read")
        .iter()
        .find(|row| row.name == "try")
        .expect("it is there")
        .id;
    soon("an answer", rig.master.set_scheduler_enabled(id, false))
        .await
        .expect("switched off");
    let refused = submit(&rig, job(&["a"]), from("try")).await.expect_err("it is off");
    assert!(
        matches!(refused, TryRefusal::Master(ControlError::Disabled(_))),
        "{refused}"
    );
}

#[tokio::test]
async fn senders_belong_to_a_port() {
    let rig = Rig::start(configured()).await;
    let (scheduler, password) = rig
        .master
        .try_user("tcp:9989:interface=127.0.0.1", "alice")
        .expect("she may");
    assert_eq!(scheduler, "try");
    let password = soon("a password", rig.master.try_password(&password)).await;
    assert_eq!(password.as_deref(), Ok("wonder"));
    assert!(rig.master.try_user("9990", "alice").is_none());
    assert!(rig.master.try_user("9989", "bob").is_none());
}
