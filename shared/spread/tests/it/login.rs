//! Login, both ends.

use crate::rig::{Pair, Peer, against_client, against_server, echo, empty, error, pair, pair_with, soon, watched};
use crate::vectors;
use serde_json::{Value as Json, json};
use spread::jelly::Value;
use spread::login::{LoginError, Portal, login, root};
use spread::{BoxFuture, CallError, Closed, Counts, Failure, Object, Options, Reference};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Lets in `bob` with `sesame`, as `behave` says.
struct Gate {
    behave: Behave,
    refused: Mutex<Vec<String>>,
    entered: AtomicUsize,
    perspective: Arc<dyn Object>,
}

enum Behave {
    /// Lets in at once.
    LetIn,
    /// Calls the mind before it lets in.
    AskMind,
    /// Something is wrong, but not the password.
    Reject,
    /// Waits before it lets in.
    Wait { waiting: Arc<Notify>, go: Arc<Notify> },
}

impl Gate {
    fn new(behave: Behave, perspective: Arc<dyn Object>) -> Arc<Self> {
        Arc::new(Gate {
            behave,
            perspective,
            refused: Mutex::default(),
            entered: AtomicUsize::new(0),
        })
    }

    fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap().clone()
    }
}

impl Portal for Gate {
    fn password<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move { (user == "bob").then(|| "sesame".to_owned()) })
    }

    fn refused(&self, user: &str) {
        self.refused.lock().unwrap().push(user.to_owned());
    }

    fn enter<'a>(&'a self, user: &'a str, mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        Box::pin(async move {
            assert_eq!(user, "bob");
            self.entered.fetch_add(1, Ordering::SeqCst);
            match &self.behave {
                Behave::LetIn => {}
                Behave::AskMind => {
                    let answer = mind.expect("a mind").call("print", vec!["attached".into()]).await;
                    assert_eq!(answer.unwrap(), "attached".into());
                }
                Behave::Reject => return Err(Failure::error("builtins.RuntimeError", "rejecting duplicate worker")),
                Behave::Wait { waiting, go } => {
                    waiting.notify_one();
                    go.notified().await;
                }
            }
            Ok(Arc::clone(&self.perspective))
        })
    }
}

fn open() -> Arc<Gate> {
    Gate::new(Behave::LetIn, echo())
}

#[tokio::test]
async fn the_right_password_opens() {
    let (perspective, releases) = watched(|call| call.reply.answer("welcome".into()));
    let gate = Gate::new(Behave::AskMind, perspective);
    let Pair { client, server, .. } = pair(root(gate.clone()));
    let inside = login(&client, "bob", "sesame", Some(echo())).await.unwrap();
    assert_eq!(inside.call("hello", vec![]).await.unwrap(), "welcome".into());
    assert!(gate.refused().is_empty());
    assert_eq!(releases.count(), 0);
    // Giving the object back is the logout, on an open connection.
    drop(inside);
    empty(&client).await;
    empty(&server).await;
    assert_eq!(releases.count(), 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let gate = open();
    let Pair { client, .. } = pair(root(gate.clone()));
    let wrong = login(&client, "bob", "Sesame", None).await;
    assert!(matches!(wrong, Err(LoginError::Refused)), "{wrong:?}");
    let unknown = login(&client, "eve", "sesame", None).await;
    assert!(matches!(unknown, Err(LoginError::Refused)), "{unknown:?}");
    // Not even the password of nobody.
    assert!(matches!(
        login(&client, "eve", "", None).await,
        Err(LoginError::Refused)
    ));
    assert_eq!(gate.refused(), ["bob", "eve", "eve"]);
    assert_eq!(gate.entered.load(Ordering::SeqCst), 0);
    // The connection is still good.
    login(&client, "bob", "sesame", None).await.unwrap();
}

#[tokio::test]
async fn the_answer_to_a_wrong_password_says_nothing() {
    let (peer, ..) = against_server(root(open()), Options::default());
    let mut peer = peer.greet("pb").await;
    let mut answers = Vec::new();
    for (number, user) in [(1, "bob"), (3, "eve")] {
        let challenge = peer
            .call(number, json!("root"), "login", json!(["tuple", user]))
            .await
            .unwrap();
        let challenger = challenge[2][2][1].clone();
        let args = json!(["tuple", "wrong", ["None"]]);
        let answer = peer.call(number + 1, challenger, "respond", args).await.unwrap();
        answers.push(answer[2].clone());
    }
    assert_eq!(answers[0], answers[1]);
    assert!(
        answers[0].to_string().contains("Traceback unavailable"),
        "{}",
        answers[0]
    );
}

#[tokio::test]
async fn what_the_portal_says_reaches_the_client() {
    let Pair { client, .. } = pair(root(Gate::new(Behave::Reject, echo())));
    let rejected = login(&client, "bob", "sesame", None).await;
    let Err(LoginError::Failed(failure)) = rejected else {
        panic!("{rejected:?}");
    };
    assert_eq!(
        failure,
        Failure::error("builtins.RuntimeError", "rejecting duplicate worker")
    );
}

#[tokio::test]
async fn who_is_gone_before_being_let_in_is_logged_out() {
    let (perspective, releases) = watched(|_| {});
    let (waiting, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let behave = Behave::Wait {
        waiting: Arc::clone(&waiting),
        go: Arc::clone(&go),
    };
    let Pair { client, server, .. } = pair(root(Gate::new(behave, perspective)));
    let entering = tokio::spawn({
        let client = client.clone();
        async move { login(&client, "bob", "sesame", None).await }
    });
    soon("the password", waiting.notified()).await;
    client.close();
    assert!(matches!(entering.await.unwrap(), Err(LoginError::Lost)));
    server.closed().await;
    assert_eq!(releases.count(), 0);
    go.notify_one();
    soon("the logout", async {
        while releases.count() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(server.counts(), Counts::default());
}

#[tokio::test]
async fn the_response_is_the_recorded_one() {
    let vectors: Vec<Json> = serde_json::from_str(&vectors::read("login-md5.json")).unwrap();
    assert!(vectors.len() > 5);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let password = String::from_utf8(vectors::bytes(&text("password_utf8_hex"))).unwrap();
        let (peer, client, _ended) = against_client(Options::default());
        let entering = tokio::spawn(async move { login(&client, "bob", &password, None).await });
        let mut peer = peer.offer().await;
        peer.hear().await.unwrap();
        let challenge = json!({ "hex": text("challenge_hex") });
        peer.say(json!(["answer", 1, ["tuple", challenge, ["remote", 1]]]))
            .await;
        let respond = peer.hear().await.unwrap();
        let expected = crate::rig::shown(&crate::rig::element(&json!({ "hex": text("response_hex") })));
        assert_eq!(respond[5], json!(["tuple", expected, ["None"]]));
        assert_eq!(peer.hear().await, Some(json!(["decref", 1])));
        peer.say(json!(["answer", 2, ["remote", 2]])).await;
        entering.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_something_else_is_told_so() {
    for (answer, said) in [
        (json!(["tuple", "challenge"]), "no challenge"),
        (json!(["None"]), "no challenge"),
        (json!(["frobnicate"]), "frobnicate"),
    ] {
        let (peer, client, _ended) = against_client(Options::default());
        let entering = tokio::spawn(async move { login(&client, "bob", "sesame", None).await });
        let mut peer = peer.offer().await;
        peer.hear().await.unwrap();
        peer.say(json!(["answer", 1, answer])).await;
        let entered = entering.await.unwrap();
        let Err(LoginError::Strange(text)) = entered else {
            panic!("{entered:?}");
        };
        assert!(text.contains(said), "{text}");
    }
}

/// A peer that has greeted and got a challenge; what is to be called to respond to it, and its proof with `sesame`.
async fn challenged(user: Json) -> (Peer, Json) {
    let (peer, ..) = against_server(root(open()), Options::default());
    let mut peer = peer.greet("pb").await;
    let challenge = peer
        .call(1, json!("root"), "login", json!(["tuple", user]))
        .await
        .unwrap();
    assert_eq!(challenge[0], "answer", "{challenge}");
    (peer, challenge)
}

#[tokio::test]
async fn a_name_may_be_text_and_a_challenger_tried_again() {
    let (mut peer, challenge) = challenged(json!(["unicode", "bob"])).await;
    let challenger = challenge[2][2][1].clone();
    let short = peer
        .call(2, challenger.clone(), "respond", json!(["tuple", "abc", ["None"]]))
        .await;
    assert_eq!(error(short), (Failure::UNAUTHORIZED.to_owned(), String::new()));
    let none = peer.call(3, challenger.clone(), "respond", json!(["tuple"])).await;
    assert_eq!(error(none).0, "builtins.TypeError");
    let other = peer.call(4, challenger, "open", json!(["tuple"])).await;
    assert_eq!(
        error(other),
        (
            Failure::NO_SUCH_METHOD.to_owned(),
            "No such method: remote_open".to_owned()
        )
    );
    let nameless = peer.call(5, json!("root"), "login", json!(["tuple"])).await;
    assert_eq!(error(nameless).0, "builtins.TypeError");
}

#[tokio::test]
async fn several_may_log_in_over_one_connection() {
    let Pair { client, server, .. } = pair(root(open()));
    let (one, two) = tokio::join!(
        login(&client, "bob", "sesame", None),
        login(&client, "bob", "sesame", None)
    );
    // One object, passed twice.
    assert_eq!(one.unwrap(), two.unwrap());
    empty(&server).await;
}

#[tokio::test]
async fn who_does_not_log_in_in_time_is_left() {
    let limit = Duration::from_millis(60);
    let options = Options {
        first_word: Some(limit),
        ..Options::default()
    };
    // One says nothing; one greets; one gets a challenge, and its password is wrong.
    let (_silent, _, silent_end) = against_server(root(open()), options.clone());
    let (greeting, _, greeting_end) = against_server(root(open()), options.clone());
    let _greeting = greeting.greet("pb").await;
    let wrong = pair_with(root(open()), options.clone());
    let refused = login(&wrong.client, "bob", "wrong", None).await;
    assert!(matches!(refused, Err(LoginError::Refused | LoginError::Lost)));
    let [_, wrong_end] = wrong.ended;
    for ended in [silent_end, greeting_end, wrong_end] {
        assert_eq!(soon("the end", ended).await.unwrap(), Closed::Silent(limit));
    }
}

#[tokio::test]
async fn who_has_logged_in_may_be_silent() {
    let limit = Duration::from_millis(200);
    let options = Options {
        first_word: Some(limit),
        ..Options::default()
    };
    let Pair { client, ended, .. } = pair_with(root(open()), options.clone());
    let inside = login(&client, "bob", "sesame", None).await.unwrap();
    // Neither a failed second login takes that back.
    let _ = login(&client, "bob", "wrong", None).await;
    let (_silent, _, silent_end) = against_server(root(open()), options);
    assert_eq!(
        soon("the other's end", silent_end).await.unwrap(),
        Closed::Silent(limit)
    );
    assert_eq!(inside.call("still", vec![Value::None]).await.unwrap(), Value::None);
    assert!(ended.iter().all(|end| !end.is_finished()));
}

#[tokio::test]
async fn where_no_login_is_asked_for_the_first_call_counts() {
    let limit = Duration::from_millis(200);
    let options = Options {
        first_word: Some(limit),
        ..Options::default()
    };
    let Pair { client, .. } = pair_with(echo(), options.clone());
    client.root().call("any", vec![]).await.unwrap();
    let (_silent, _, silent_end) = against_server(echo(), options.clone());
    let (_mute, _, mute_end) = against_client(options);
    assert_eq!(
        soon("the silent client's end", silent_end).await.unwrap(),
        Closed::Silent(limit)
    );
    assert_eq!(
        soon("the mute server's end", mute_end).await.unwrap(),
        Closed::Silent(limit)
    );
    client.root().call("any", vec![]).await.unwrap();
}

#[tokio::test]
async fn nobody_enters_without_a_name() {
    let Pair { client, .. } = pair(root(open()));
    let answer = client.root().call("loginAnonymous", vec![Value::None]).await;
    let Err(CallError::Failed(failure)) = answer else {
        panic!("{answer:?}");
    };
    assert!(failure.is("twisted.cred.error.UnhandledCredentials"));
}

/// The recording has each call that failed of many logins without a decref, and then the end.
#[tokio::test]
async fn a_peer_holds_as_many_objects_as_recorded() {
    let vector: Json = serde_json::from_str(&vectors::read("pb-reference-limit.json")).unwrap();
    let (peer, server, ended) = against_server(root(open()), Options::default());
    let mut peer = peer.greet("pb").await;
    let recorded: Vec<_> = vector["calls"].as_array().unwrap().iter().collect();
    assert_eq!(recorded.len(), 5);
    let first = recorded[0]["call"].as_u64().unwrap();
    for number in 1..first {
        let answer = peer
            .call(
                u32::try_from(number).unwrap(),
                json!("root"),
                "login",
                json!(["tuple", "bob"]),
            )
            .await;
        assert_eq!(answer.unwrap()[0], "answer", "call {number}");
    }
    assert_eq!(server.counts().exported, 1024);
    for call in recorded {
        let number = u32::try_from(call["call"].as_u64().unwrap()).unwrap();
        let answer = peer.call(number, json!("root"), "login", json!(["tuple", "bob"])).await;
        match call["result"].as_array() {
            Some(failure) => {
                let text = |json: &Json| json.as_str().unwrap().to_owned();
                assert_eq!(error(answer), (text(&failure[0]), text(&failure[1][1])));
            }
            None => assert_eq!(answer, None),
        }
    }
    assert!(matches!(ended.await.unwrap(), Closed::Broken(_)));
    assert_eq!(server.counts(), Counts::default());
}

#[tokio::test]
async fn a_client_that_gives_back_logs_in_for_ever() {
    let options = Options {
        max_exported: 3,
        ..Options::default()
    };
    let Pair { client, .. } = pair_with(root(open()), options);
    for _ in 0..50 {
        login(&client, "bob", "sesame", None).await.unwrap();
    }
}
