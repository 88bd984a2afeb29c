//! Folders, files and transfers.

use crate::master::{Master, Told, and, dict};
use bytes::Bytes;
use wire::worker::{Value, WorkerCall};

fn transfer(more: [(&str, Value); 2]) -> Value {
    let fixed = dict([
        ("workdir", "".into()),
        ("blocksize", 1000.into()),
        ("maxsize", Value::None),
    ]);
    and(fixed, more)
}

fn written(told: &Told) -> Vec<u8> {
    let data = told.transfers.iter().filter_map(|call| match call {
        WorkerCall::Write { data, transfer: 7 } => Some(&data[..]),
        _ => None,
    });
    data.collect::<Vec<_>>().concat()
}

fn read_only(path: &std::path::Path) -> bool {
    std::fs::metadata(path).unwrap().permissions().readonly()
}

async fn files(master: &mut Master, name: &str, key: &str, value: &str) -> Vec<String> {
    let told = master.run(name, dict([(key, value.into())])).await;
    assert_eq!(told.rc(), Some(0), "{told:?}");
    let Some(Value::List(files)) = told.other("files") else {
        panic!("{told:?}")
    };
    let mut files: Vec<String> = files.iter().map(|file| file.text().unwrap().to_owned()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down() {
    let mut master = Master::new().await;
    std::fs::write(master.path("f"), [b'x'; 2500]).unwrap();
    let args = transfer([("workersrc", "f".into()), ("writer", 7.into())]);
    let told = master.run("uploadFile", and(args, [("keepstamp", true.into())])).await;
    assert_eq!((written(&told).len(), told.rc()), (2500, Some(0)));
    let stamped = |call: &WorkerCall| matches!(call, WorkerCall::SetTimes { modified, .. } if *modified > 1e9);
    assert!(told.transfers.iter().any(stamped), "{:?}", told.transfers);

    for (mode, locked) in [(0o644, false), (0o444, true)] {
        master.download = vec![Bytes::from_static(b"abcd"), Bytes::from_static(b"ef")];
        let name = format!("new\\folder/{mode}");
        let args = transfer([("workerdest", name.as_str().into()), ("reader", 7.into())]);
        let told = master.run("downloadFile", and(args, [("mode", mode.into())])).await;
        assert_eq!(told.rc(), Some(0), "{told:?}");
        let file = master.path(&format!("new/folder/{mode}"));
        assert_eq!(std::fs::read(&file).unwrap(), b"abcdef");
        assert_eq!(read_only(&file), locked);
    }
}

#[tokio::test]
async fn a_folder_goes_up_as_an_archive() {
    let mut master = Master::new().await;
    std::fs::create_dir_all(master.path("d/sub/empty")).unwrap();
    std::fs::write(master.path("d/sub/f"), "content").unwrap();
    let args = transfer([("workersrc", "d".into()), ("writer", 7.into())]);
    let told = master
        .run("uploadDirectory", and(args, [("compress", Value::None)]))
        .await;
    assert_eq!(told.rc(), Some(0), "{told:?}");
    let archive = written(&told);
    let mut names: Vec<String> = Vec::new();
    for entry in tar::Archive::new(&archive[..]).entries().unwrap() {
        // The bytes themselves: masters run on other systems.
        let name = String::from_utf8(entry.unwrap().path_bytes().into_owned()).unwrap();
        names.push(name.trim_end_matches('/').to_owned());
    }
    assert_eq!(names, [".", "sub", "sub/empty", "sub/f"]);
}

#[tokio::test]
async fn folders_are_made_copied_and_removed() {
    let mut master = Master::new().await;
    let told = master.run("mkdir", dict([("dir", "a/b".into())])).await;
    assert_eq!(told.rc(), Some(0));
    std::fs::write(master.path("a/b/f"), "content").unwrap();
    let copy = dict([("fromdir", "a".into()), ("todir", "deep/copy".into())]);
    assert_eq!(master.run("cpdir", copy.clone()).await.rc(), Some(0));
    assert_eq!(std::fs::read(master.path("deep/copy/b/f")).unwrap(), b"content");
    let told = master.run("cpdir", copy).await;
    assert_eq!(told.rc(), Some(-1));
    assert!(told.header().starts_with("cpdir: "), "{}", told.header());

    let mut permissions = std::fs::metadata(master.path("a/b/f")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(master.path("a/b/f"), permissions).unwrap();
    let dirs = Value::List(vec!["a".into(), "absent".into()]);
    assert_eq!(master.run("rmdir", dict([("dir", dirs)])).await.rc(), Some(0));
    assert!(!master.path("a").exists());
}

#[tokio::test]
async fn files_are_listed_looked_at_and_removed() {
    let mut master = Master::new().await;
    std::fs::create_dir_all(master.path("d/e")).unwrap();
    for file in ["d/a.txt", "d/e/b.txt", "d/c.bat"] {
        std::fs::write(master.path(file), "12345").unwrap();
    }
    assert_eq!(files(&mut master, "listdir", "dir", "d").await, ["a.txt", "c.bat", "e"]);
    let wanted: Vec<String> = ["d\\a.txt", "d\\e\\b.txt"]
        .map(|name| format!("{}{name}", master.path("").display()))
        .to_vec();
    for pattern in [
        "d/**/*.txt",
        r"d\**\*.txt",
        &format!("{}d/**/*.txt", master.path("").display()),
    ] {
        assert_eq!(files(&mut master, "glob", "path", pattern).await, wanted, "{pattern}");
    }
    for (file, mode) in [("d", 0o040_777), ("d/a.txt", 0o100_666), ("d/c.bat", 0o100_777)] {
        let told = master.run("stat", dict([("file", file.into())])).await;
        let Some(Value::Tuple(numbers)) = told.other("stat") else {
            panic!("{told:?}")
        };
        assert_eq!((numbers.len(), numbers[0].int()), (10, Some(mode)), "{file}");
        assert!(numbers[8].int().unwrap() > 1_000_000_000, "{numbers:?}");
    }
    assert_eq!(
        master.run("rmfile", dict([("path", "d/a.txt".into())])).await.rc(),
        Some(0)
    );
    assert!(!master.path("d/a.txt").exists());
}

#[tokio::test]
async fn errors_of_files_have_the_numbers_of_other_systems() {
    let mut master = Master::new().await;
    for (name, key) in [("listdir", "dir"), ("rmfile", "path"), ("stat", "file")] {
        let told = master.run(name, dict([(key, "nope".into())])).await;
        assert_eq!(told.rc(), Some(2), "{told:?}");
        assert!(told.header().starts_with(&format!("{name}: ")), "{}", told.header());
    }
}
