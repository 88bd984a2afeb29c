//! `buildbot try --connect=pb` against our master.

use super::*;
use std::net::TcpListener;

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A master whose workers' port takes Alice's changes, and a port of its own Bob's.
struct Served {
    outpost: Outpost,
    _repository: Repository,
    revision: String,
    port: u16,
    own: u16,
}

impl Served {
    async fn start() -> Served {
        let (port, own) = (free_port(), free_port());
        let (repository, revision) = repository();
        let schedulers = format!(
            r#"
    schedulers.Try_Userpass("try", ["try-a", "try-b", "gate", "tree"], {port}, [("alice", "wonder")],
        properties={{"shelf": "top"}}),
    schedulers.Try_Userpass(name="own", builderNames=["try-a"], port="tcp:{own}:interface=127.0.0.1",
        userpass=[("bob", "builder")]),
"#
        );
        let ports = format!("c[\"protocols\"] = {{\"pb\": {{\"port\": \"tcp:{port}:interface=127.0.0.1\"}}}}\n");
        let mut outpost = Outpost::prepared();
        configure(&outpost, &(configuration(&schedulers, &repository) + &ports));
        outpost.run(&["--no-tray"]).await;
        let served = Served {
            outpost,
            _repository: repository,
            revision,
            port,
            own,
        };
        served.listens().await;
        served
    }

    /// Waits until both ports are open.
    async fn listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let page = self.outpost.call("workers", json!({})).await;
            let ports = page["ports"].as_array().cloned().unwrap_or_default();
            if ports.iter().filter(|port| !port["listens"].is_null()).count() == 2 {
                return;
            }
            assert!(Instant::now() < deadline, "{page:#}");
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn try_as(&self, program: &Path, who: (&str, &str), port: u16, patch: &str, options: &[&str]) -> Tried {
        let address = format!("--master=127.0.0.1:{port}");
        let (user, password) = (format!("--username={}", who.0), format!("--passwd={}", who.1));
        let mut all = vec!["--connect=pb", address.as_str(), user.as_str(), password.as_str()];
        all.extend(options);
        try_it(program, &self.revision, patch, &all).await
    }

    async fn alice(&self, program: &Path, options: &[&str]) -> Tried {
        self.try_as(program, ("alice", "wonder"), self.port, PATCH, options)
            .await
    }
}

async fn by_port(generation: Generation) {
    let Some(program) = buildbot(generation) else { return };
    let served = Served::start().await;

    let names = served.alice(&program, &["--get-builder-names"]).await;
    assert_eq!(names.code, Some(0), "{names:?}");
    assert!(
        names.text.contains("try-a\n") && names.text.contains("gate\n"),
        "{names:?}"
    );
    assert!(!names.text.contains("other"), "{names:?}");

    let options = [
        "--wait",
        "--builder=try-a",
        "--property=fruit=pear",
        "--who=alice@example.org",
        "--comment=why",
    ];
    let good = served.alice(&program, &options).await;
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.text.contains("try-a: success (build successful)"), "{good:?}");
    kept(&served).await;

    let both = served
        .alice(&program, &["--wait", "--builder=try-a", "--builder=try-b"])
        .await;
    assert_eq!(both.code, Some(1), "{both:?}");
    assert!(both.text.contains("All Builds Complete"), "{both:?}");
    assert!(
        both.text.contains("try-a: success") && both.text.contains("try-b: failure (failed"),
        "{both:?}"
    );
    sets(&served.outpost, 2).await;

    let refused = served
        .alice(&program, &["--wait", "--builder=try-a", "--builder=other"])
        .await;
    let words = "try scheduler on the master does not have the builder configured";
    assert!(refused.text.contains(words), "{refused:?}");
    sets(&served.outpost, 2).await;

    let bob = served
        .try_as(&program, ("bob", "builder"), served.own, PATCH, &["--wait"])
        .await;
    assert_eq!(bob.code, Some(0), "{bob:?}");
    let sets = sets(&served.outpost, 3).await;
    assert_eq!(sets[2]["reason"], "'try' job");

    big(&served, &program).await;
}

/// What the first job left behind.
async fn kept(served: &Served) {
    let outpost = &served.outpost;
    let set = sets(outpost, 1).await.remove(0);
    assert_eq!(set["reason"], "'try' job by user alice@example.org (why)");
    let stamp = &set["sourcestamps"][0];
    assert_eq!(
        (&stamp["branch"], &stamp["revision"]),
        (&json!("main"), &json!(served.revision))
    );
    let patch = &stamp["patch"];
    assert_eq!(
        (&patch["author"], &patch["comment"]),
        (&json!("alice@example.org"), &json!("why"))
    );
    assert_eq!(patch["level"], 1, "{patch}");
    let over = |answer: &Value| answer["builds"][0]["complete"] == true;
    let build = until(outpost, "builds?order=buildid", over).await["builds"][0].clone();
    let properties = outpost.rest(&format!("builds/{}/properties", build["buildid"])).await;
    let properties = &properties["properties"][0];
    assert_eq!(properties["fruit"], json!(["pear", "try build"]));
    assert_eq!(properties["shelf"], json!(["top", "Scheduler"]));
    assert_eq!(properties["owners"], json!([["alice@example.org"], "Build"]));
    assert!(outpost.ok(&["log", "try-a/1"]).contains("fruit is pear"));
    let schedulers = outpost.rest("schedulers").await;
    let names: Vec<_> = schedulers["schedulers"]
        .as_array()
        .expect("schedulers")
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert!(
        names.contains(&&json!("try")) && names.contains(&&json!("own")),
        "{names:?}"
    );
}

/// As long as the protocol can carry.
async fn big(served: &Served, program: &Path) {
    let line = "+0123456789abcdef0123456789abcdef\n";
    let lines = (655_360 - PATCH.len() - 50) / line.len();
    let patch = format!(
        "{PATCH}--- /dev/null\n+++ b/big\n@@ -0,0 +1,{lines} @@\n{}",
        line.repeat(lines)
    );
    assert!((655_000..=655_360).contains(&patch.len()), "{}", patch.len());
    let alice = ("alice", "wonder");
    let sent = served
        .try_as(program, alice, served.port, &patch, &["--builder=tree", "--wait"])
        .await;
    assert_eq!(sent.code, Some(0), "{}", sent.text);
    let log = served.outpost.ok(&["log", "tree/1"]);
    assert!(log.contains("f is new"), "{log}");
    assert!(log.contains(&format!("big has {}", lines * (line.len() - 1))), "{log}");
}

#[tokio::test]
async fn a_new_client_at_our_port() {
    by_port(Generation::New).await;
}

#[tokio::test]
async fn an_old_client_at_our_port() {
    by_port(Generation::Old).await;
}

#[tokio::test]
async fn a_wrong_password_or_port_is_refused_and_shown() {
    let Some(program) = buildbot(Generation::New) else {
        return;
    };
    let served = Served::start().await;
    // Buildbot's client stays for ever, and does not even notice that it was hung up on. Bob's name is good at his port
    // only, and a worker's at the workers'.
    for (who, port, reason) in [
        (("alice", "cheshire"), served.port, "wrong password"),
        (("bob", "builder"), served.port, "no worker or sender"),
        (("far", "sesame"), served.own, "no scheduler of this port"),
    ] {
        let trying = async {
            let tried = served.try_as(&program, who, port, PATCH, &[]).await;
            assert!(!tried.text.contains("job has been delivered"), "{tried:?}");
            std::future::pending().await
        };
        let row = tokio::select! {
            () = trying => unreachable!("it does not end"),
            row = refused(&served.outpost, reason) => row,
        };
        assert_eq!(row["name"], who.0);
    }
    sets(&served.outpost, 0).await;
}

#[tokio::test]
async fn a_request_that_is_taken_back_ends_the_waiting_client() {
    let Some(program) = buildbot(Generation::New) else {
        return;
    };
    let served = Served::start().await;
    let waiting = served.alice(&program, &["--wait", "--builder=gate"]);
    tokio::pin!(waiting);
    let requests = async {
        until(&served.outpost, "buildrequests", |answer| {
            answer["buildrequests"][0].is_object()
        })
        .await
    };
    let request = tokio::select! {
        tried = &mut waiting => panic!("{tried:?}"),
        requests = requests => requests["buildrequests"][0]["buildrequestid"].clone(),
    };
    served
        .outpost
        .control(
            &format!("buildrequests/{request}"),
            "cancel",
            "1",
            json!({"reason": "a test"}),
        )
        .await;
    let tried = waiting.await;
    assert_eq!(tried.code, Some(1), "{tried:?}");
    assert!(tried.text.contains("gate: cancelled"), "{tried:?}");
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let Some(program) = buildbot(Generation::New) else {
        return;
    };
    let mut served = Served::start().await;
    let sent = served.alice(&program, &["--builder=tree"]).await;
    assert!(sent.text.contains("job has been delivered"), "{sent:?}");
    served.outpost.kill();
    served.outpost.run(&["--no-tray"]).await;
    sets(&served.outpost, 1).await;
    until(&served.outpost, "buildsets", |answer| {
        answer["buildsets"][0]["results"] == 0
    })
    .await;
}
