//! Our client on real masters.

use super::super::our_worker::{OurWorker, connect_again, target as workers_target};
use super::desk::{LIMIT, alice, login, target};
use crate::buildbot::{Generation, Master, environment};
use bytes::Bytes;
use link::pb::tries::{LONGEST, Submitted, TryError, TryNews, offer, submit};
use wire::try_job::{TryJob, TryPatch};

const TRIES: &str = r#"
builder("good", sh("greet", "echo hello; test \"$FRUIT\" = pear", env={"FRUIT": util.Property("fruit")}))
builder("bad", sh("fail", "exit 1"))
builder("gate", sh("wait", "echo waiting; while ! test -e %s/go; do sleep 0.1; done" % os.getcwd()))
builder("other", sh("greet", "echo hello"))
schedulers_here.append(schedulers.Try_Userpass(
    name="try", builderNames=["good", "bad", "gate"], port="tcp:%d:interface=127.0.0.1" % PORT,
    userpass=[("alice", "wonder")]))
"#;

fn job(builders: &[&str]) -> TryJob {
    TryJob {
        branch: Some("main".to_owned()),
        base_revision: Some("abc123".to_owned()),
        patch: Some(TryPatch {
            level: 1,
            body: Bytes::from_static(b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+n\xffw\n"),
        }),
        repository: "https://example.org/r.git".to_owned(),
        project: "proj".to_owned(),
        who: "grüße@example.org".to_owned(),
        comment: "why".to_owned(),
        builders: builders.iter().map(|name| (*name).to_owned()).collect(),
        properties: [("fruit".to_owned(), "pear".into()), ("n".to_owned(), 7.into())].into(),
        ..TryJob::default()
    }
}

/// Everything up to the end.
async fn all(submitted: &mut Submitted) -> Vec<TryNews> {
    let mut news = Vec::new();
    while let Some(one) = tokio::time::timeout(crate::buildbot::PATIENCE, submitted.next())
        .await
        .expect("no news")
    {
        news.push(one);
    }
    news
}

fn ends(news: &[TryNews]) -> Vec<(String, u32, i64)> {
    let end = |one: &TryNews| match one {
        TryNews::Ended {
            builder,
            attempt,
            result,
            ..
        } => Some((builder.clone(), *attempt, *result)),
        _ => None,
    };
    let mut ends: Vec<_> = news.iter().filter_map(end).collect();
    ends.sort();
    ends
}

async fn tries(generation: Generation) {
    let Some(environment) = environment(generation) else {
        return;
    };
    let master = Master::start(&environment, TRIES).await;
    let worker = OurWorker::start(&workers_target(master.port)).await;
    let there = target(master.port);

    let told = offer(&there, &alice(), LIMIT).await.unwrap();
    assert_eq!(told.builders, ["good", "bad", "gate"]);
    assert!(!told.outpost);
    let error = offer(&there, &login("cheshire"), LIMIT).await.unwrap_err();
    assert!(matches!(error, TryError::Refused { .. }), "{error}");
    let error = submit(&there, &alice(), &job(&["good", "other"]), LIMIT)
        .await
        .unwrap_err();
    assert!(matches!(error, TryError::BuildersRefused { .. }), "{error}");
    let one = link::pb::tries::TryLogin {
        user: "one".to_owned(),
        password: "wrong".to_owned(),
    };
    let error = offer(&there, &one, LIMIT).await.unwrap_err();
    assert!(matches!(error, TryError::Refused { .. }), "{error}");

    let mut submitted = submit(&there, &alice(), &job(&["good", "bad"]), LIMIT).await.unwrap();
    let news = all(&mut submitted).await;
    assert_eq!(
        ends(&news),
        [("bad".to_owned(), 1, 2), ("good".to_owned(), 1, 0)],
        "{news:#?}"
    );
    assert!(
        matches!(&news[0], TryNews::Requests(names) if names.len() == 2),
        "{news:#?}"
    );
    // That the build it is was told by one that waits, to which the subscription came in time.
    let failed = news
        .iter()
        .any(|one| matches!(one, TryNews::Ended { builder, text, .. } if builder == "bad" && text.contains("fail")));
    assert!(failed, "{news:#?}");
    what_the_master_kept(&master).await;
    retried(&master, worker).await;

    let mut big = job(&["good"]);
    big.patch = Some(TryPatch {
        level: 1,
        body: Bytes::from(vec![b'\n'; LONGEST]),
    });
    submit(&there, &alice(), &big, LIMIT).await.unwrap();
    let longer = TryPatch {
        level: 1,
        body: Bytes::from(vec![b'\n'; LONGEST + 1]),
    };
    big.patch = Some(longer);
    let error = submit(&there, &alice(), &big, LIMIT).await.unwrap_err();
    assert!(matches!(error, TryError::TooLong(_)), "{error}");
    // That it was no Outpost it was not asked: it has nothing to complain of.
    let log = std::fs::read_to_string(master.folder.path().join("master/twistd.log")).expect("its log");
    let complaint = ["AttributeError", "addPatchPart"]
        .into_iter()
        .find(|word| log.contains(word));
    assert_eq!(complaint, None, "{log}");
    master.stop().await;
}

async fn what_the_master_kept(master: &Master) {
    let set = master
        .until("buildsets", |json| json["buildsets"].get(0).cloned())
        .await;
    assert_eq!(set["reason"], "'try' job by user grüße@example.org (why)");
    let stamp = &set["sourcestamps"][0];
    assert_eq!(
        (&stamp["branch"], &stamp["revision"]),
        (&"main".into(), &"abc123".into())
    );
    assert_eq!(stamp["patch"]["author"], "grüße@example.org");
    let id = set["bsid"].as_i64().expect("an id");
    let kept = master
        .until(&format!("buildsets/{id}/properties"), |json| {
            json["_properties"]
                .get(0)
                .or_else(|| json["properties"].get(0))
                .cloned()
        })
        .await;
    assert_eq!(kept["fruit"], serde_json::json!(["pear", "try build"]), "{kept:#}");
    assert_eq!(kept["n"], serde_json::json!([7, "try build"]));
}

/// The worker is lost in the middle: the build is made again, and that one is followed.
async fn retried(master: &Master, worker: OurWorker) {
    let there = target(master.port);
    let mut submitted = submit(&there, &alice(), &job(&["gate"]), LIMIT).await.unwrap();
    loop {
        let news = tokio::time::timeout(crate::buildbot::PATIENCE, submitted.next()).await;
        match news.expect("no news") {
            Some(TryNews::StepBegan { step, .. }) if step == "wait" => break,
            Some(_) => {}
            None => panic!("it is over"),
        }
    }
    let folder = worker.cut().await;
    let worker = connect_again(&workers_target(master.port), folder).await;
    std::fs::write(master.folder.path().join("master/go"), "").expect("a file");
    let news = all(&mut submitted).await;
    assert_eq!(
        ends(&news),
        [("gate".to_owned(), 1, 5), ("gate".to_owned(), 2, 0)],
        "{news:#?}"
    );
    drop(worker);
}

#[tokio::test]
async fn on_a_new_master() {
    Box::pin(tries(Generation::New)).await;
}

#[tokio::test]
async fn on_an_old_master() {
    Box::pin(tries(Generation::Old)).await;
}
