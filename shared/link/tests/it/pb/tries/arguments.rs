//! What clients of all ages, and strangers, send to our master.

use super::desk::Open;
use link::pb::tries::LONGEST_IN_PARTS;
use proptest::prelude::*;
use spread::jelly::Value;
use spread::{CallError, Failure, Options, Reference};
use wire::try_job::{Json, TryJob};

async fn desk(master: &Open) -> Reference {
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", master.port))
        .await
        .unwrap();
    let (connection, driving) = spread::client(stream, Options::default());
    tokio::spawn(driving);
    spread::login::login(&connection, "alice", "wonder", None)
        .await
        .unwrap()
}

fn text(text: &str) -> Value {
    text.into()
}

fn patch() -> Value {
    Value::Tuple(vec![1_i64.into(), Value::Bytes("+x\n".into())])
}

fn properties() -> Value {
    [("k", text("v"))].into_iter().collect()
}

async fn call(args: Vec<Value>, kwargs: Vec<(&str, Value)>) -> Result<TryJob, CallError> {
    let mut master = Open::new().await;
    let kwargs = kwargs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let pending = desk(&master).await.send("try", args, kwargs).await.unwrap();
    pending.answer().await?;
    Ok(master.job().await)
}

#[tokio::test]
async fn arguments_come_by_position_or_by_name() {
    let positions = vec![
        text("main"),
        // As Buildbot's client sends what other tools told it.
        Value::Bytes("0123".into()),
        patch(),
        text("repo"),
        text("proj"),
        Value::List(vec![text("a")]),
        text("alice"),
        text("why"),
        properties(),
    ];
    let job = call(positions.clone(), vec![]).await.unwrap();
    assert_eq!(job.branch.as_deref(), Some("main"));
    assert_eq!(job.base_revision.as_deref(), Some("0123"));
    assert_eq!(job.patch.as_ref().unwrap().body, &b"+x\n"[..]);
    assert_eq!((job.who.as_str(), job.comment.as_str()), ("alice", "why"));
    assert_eq!(job.builders, ["a"]);
    assert_eq!(job.properties["k"], Json::from("v"));
    let names = [
        "branch",
        "revision",
        "patch",
        "repository",
        "project",
        "builderNames",
        "who",
        "comment",
        "properties",
    ];
    let named = names.into_iter().zip(positions.clone()).rev().collect();
    assert_eq!(call(vec![], named).await.unwrap(), job);
    let six = call(positions[..6].to_vec(), vec![]).await.unwrap();
    assert_eq!((six.who.as_str(), six.properties.len()), ("", 0));
}

#[tokio::test]
async fn an_old_client_has_its_properties_in_the_seventh_place() {
    let none = || Value::None;
    let args = vec![none(), none(), patch(), none(), none(), none(), properties()];
    let job = call(args, vec![]).await.unwrap();
    assert_eq!(job.properties["k"], Json::from("v"));
    assert_eq!((job.who.as_str(), job.builders.len()), ("", 0));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    let refused = |args: Vec<Value>, kwargs: Vec<(&'static str, Value)>| async move {
        match call(args, kwargs).await {
            Err(CallError::Failed(failure)) => failure.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert!(refused(vec![], vec![]).await.contains("'branch'"));
    let none = || Value::None;
    let bad_patch = vec![none(), none(), text("diff"), none(), none(), none()];
    assert!(refused(bad_patch, vec![]).await.contains("'patch'"));
    let all: Vec<Value> = vec![none(), none(), patch(), none(), none(), none(), none(), none(), none()];
    let ten = all.iter().cloned().chain([none()]).collect();
    assert!(refused(ten, vec![]).await.contains("no use"));
    assert!(
        refused(all, vec![("patchlevel", 1_i64.into())])
            .await
            .contains("'patchlevel'")
    );
}

#[tokio::test]
async fn parts_of_a_patch_belong_to_the_next_job_and_have_a_limit() {
    let mut master = Open::new().await;
    let desk = desk(&master).await;
    let none = || Value::None;
    let of_parts = |length: usize| Value::Tuple(vec![1_i64.into(), i64::try_from(length).unwrap().into()]);
    let job = |patch| vec![none(), none(), patch, none(), none(), none()];
    let part = |part: Vec<u8>| desk.call("addPatchPart", vec![Value::Bytes(part.into())]);
    let refused = |answer| match answer {
        Err(CallError::Failed(failure)) => Failure::to_string(&failure),
        other => panic!("{other:?}"),
    };
    for length in [0, 1] {
        let said = refused(desk.call("try", job(of_parts(length))).await);
        assert!(said.contains("'patch'"), "{said}");
    }
    part(b"+a".to_vec()).await.unwrap();
    part(b"\xff\n".to_vec()).await.unwrap();
    refused(desk.call("try", job(of_parts(3))).await);
    // They were of that one.
    refused(desk.call("try", job(of_parts(4))).await);
    part(b"+a".to_vec()).await.unwrap();
    part(b"\xff\n".to_vec()).await.unwrap();
    desk.call("try", job(of_parts(4))).await.unwrap();
    assert_eq!(master.job().await.patch.unwrap().body, &b"+a\xff\n"[..]);
    refused(desk.call("addPatchPart", vec![7_i64.into()]).await);
    let much = vec![b'x'; 512 << 10];
    for _ in 0..LONGEST_IN_PARTS / much.len() {
        part(much.clone()).await.unwrap();
    }
    let said = refused(part(b"y".to_vec()).await);
    assert!(said.contains("67108864"), "{said}");
    refused(desk.call("try", job(of_parts(LONGEST_IN_PARTS))).await);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::Float),
        any::<String>().prop_map(Value::Text),
        any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
        Just(Value::Decimal {
            digits: 7_i64.into(),
            exponent: i64::MAX
        }),
        Just(Value::TimeDelta("1 2 3".to_owned())),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Tuple),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Set),
            prop::collection::vec((inner.clone(), inner), 0..4).prop_map(Value::Dict),
        ]
    })
}

fn any_patch() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_value(),
        (any_value(), any_value()).prop_map(|(level, body)| Value::Tuple(vec![level, body])),
        (any::<i64>(), any::<Vec<u8>>())
            .prop_map(|(level, body)| Value::Tuple(vec![level.into(), Value::Bytes(body.into())])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_call_is_answered(
        calls in prop::collection::vec((any_patch(), prop::collection::vec(any_value(), 8)), 20),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let master = Open::new().await;
            let desk = desk(&master).await;
            for (patch, mut args) in calls {
                args.insert(2, patch);
                match desk.call("try", args).await {
                    Ok(_) | Err(CallError::Failed(_) | CallError::Unsendable(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
            // It is in its right mind.
            let names = desk.call("getAvailableBuilderNames", Vec::new()).await.unwrap();
            assert_eq!(names.items().map(<[Value]>::len), Some(2));
        });
    }
}
