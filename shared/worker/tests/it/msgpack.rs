//! A master of the other protocol: it tells no builders, sends whole paths under other names, and runs several commands
//! at once.

use super::master::{Master, dict, list, sh};
use bytes::Bytes;
use wire::worker::{Answer, Update, Value, WorkerCall};

/// A master that has told no builders.
async fn master() -> Master {
    Master::without_builders().await
}

fn whole(master: &Master, below: &str) -> Value {
    master.folder.path().join(below).to_str().unwrap().into()
}

#[tokio::test]
async fn commands_without_a_builder_run_side_by_side_and_are_interrupted_by_number() {
    let mut master = master().await;
    let args = || dict([("command", "echo here; sleep 60".into()), ("workdir", "".into())]);
    master.start_as("b", "1", "shell", args()).await.unwrap();
    master.start_as("b", "2", "shell", args()).await.unwrap();
    let both = |told: &super::master::Told| told.stdout() == "here\n";
    let mut first = master.finish_all(&["1", "2"], both).await;
    if first["1"].stdout().is_empty() {
        first = master.finish_all(&["1", "2"], both).await;
    }
    assert_eq!(first["1"].stdout(), "here\n");
    master.interrupt_one("b", "2").await;
    let second = master.finish_all(&["2", "1"], |told| told.rc().is_some()).await;
    assert_eq!((second["2"].rc(), second["1"].rc()), (Some(-1), None));
    master.interrupt_one("b", "1").await;
    assert_eq!(
        master.finish_all(&["1", "2"], |told| told.rc().is_some()).await["1"].rc(),
        Some(-1)
    );
}

#[tokio::test]
async fn files_go_by_whole_paths_and_other_names() {
    let mut master = master().await;
    let (a, b, copy) = (whole(&master, "a/x"), whole(&master, "b"), whole(&master, "copy"));
    let made = dict([("paths", Value::List(vec![a.clone(), b.clone()]))]);
    assert_eq!(master.run("mkdir", made).await.rc(), Some(0));
    let copied = dict([("from_path", whole(&master, "a")), ("to_path", copy.clone())]);
    assert_eq!(master.run("cpdir", copied).await.rc(), Some(0));
    let listed = master.run("listdir", dict([("path", copy.clone())])).await;
    assert_eq!(listed.other("files"), Some(&list(["x"])));
    let stat = master
        .run("stat", dict([("path", a.clone()), ("workdir", "build".into())]))
        .await;
    assert!(stat.other("stat").is_some());
    let found = master.run("glob", dict([("path", whole(&master, "a/*"))])).await;
    assert_eq!(found.other("files"), Some(&Value::List(vec![a.clone()])));
    let removed = dict([("paths", Value::List(vec![copy, b]))]);
    assert_eq!(master.run("rmdir", removed).await.rc(), Some(0));
    assert!(!master.folder.path().join("copy").exists() && !master.folder.path().join("b").exists());
}

#[tokio::test]
async fn a_file_is_transferred_where_its_whole_path_says() {
    let mut master = master().await;
    master.download = vec![Bytes::from_static(b"content")];
    let path = whole(&master, "one/down.txt");
    let args = |reference: &'static str, more: (&'static str, Value)| {
        let left_over = ("workdir", Value::from("elsewhere"));
        dict([
            (reference, Value::Int(7)),
            ("blocksize", Value::Int(100)),
            ("maxsize", Value::None),
            ("path", path.clone()),
            left_over,
            more,
        ])
    };
    let told = master.run("download_file", args("reader", ("mode", Value::None))).await;
    assert_eq!(told.rc(), Some(0));
    assert_eq!(std::fs::read(master.path("down.txt")).unwrap(), b"content");
    let told = master
        .run("upload_file", args("writer", ("keepstamp", false.into())))
        .await;
    assert!(told.transfers.contains(&WorkerCall::Write {
        transfer: 7,
        data: Bytes::from_static(b"content")
    }));
}

#[tokio::test]
async fn a_master_that_cannot_send_a_file_is_told_apart_from_an_empty_file() {
    let mut master = master().await;
    let args = dict([
        ("reader", Value::Int(7)),
        ("blocksize", Value::Int(100)),
        ("maxsize", Value::None),
        ("mode", Value::None),
        ("path", whole(&master, "down.txt")),
    ]);
    let empty = master.run("download_file", args.clone()).await;
    assert_eq!((empty.rc(), empty.stderr()), (Some(0), String::new()));
    master.read_answer = Some(Answer::None);
    let none = master.run("download_file", args).await;
    assert_eq!(none.rc(), Some(1));
    assert!(none.stderr().contains("--protocol=pb"), "{}", none.stderr());
}

#[tokio::test]
async fn a_secret_in_a_list_is_not_shown() {
    let mut master = master().await;
    let secret = Value::List(vec!["obfuscated".into(), "real".into(), "shown".into()]);
    let mut args = sh("");
    if let Value::Dict(pairs) = &mut args {
        pairs[0].1 = Value::List(vec!["echo".into(), secret]);
    }
    let told = master.run("shell", args).await;
    assert_eq!(told.stdout(), "real\n");
    assert!(told.header().contains("echo shown\n") && !told.header().contains("real"));
}

#[tokio::test]
async fn an_update_ends_with_a_whole_line() {
    let mut master = master().await;
    // The first header alone is longer than an update may be.
    let long = "x".repeat(100);
    let words = vec![Value::from(long); 6000];
    let mut args = sh("");
    if let Value::Dict(pairs) = &mut args {
        pairs[0].1 = Value::List([vec!["true".into()], words].concat());
    }
    let told = master.run("shell", args).await;
    let headers = told.updates.iter().filter_map(|(update, _)| match update {
        Update::Header(text) => Some(text),
        _ => None,
    });
    let headers: Vec<_> = headers.collect();
    assert!(headers.len() > 1, "one update");
    assert!(headers.iter().all(|text| text.ends_with('\n')));
}
