//! Files to and from the master, and the commands on files that the recording has not.

use super::master::{Master, Told, and, dict, list};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use wire::worker::{Failure, Value, WorkerCall};

fn upload(source: &str) -> Value {
    dict([
        ("workdir", "".into()),
        ("workersrc", source.into()),
        ("writer", 7.into()),
        ("blocksize", 1000.into()),
        ("maxsize", Value::None),
    ])
}

fn download(dest: &str, maxsize: Value) -> Value {
    dict([
        ("workdir", "".into()),
        ("workerdest", dest.into()),
        ("reader", 7.into()),
        ("blocksize", 4.into()),
        ("maxsize", maxsize),
        ("mode", Value::None),
    ])
}

fn written(told: &Told) -> Vec<u8> {
    let data = told.transfers.iter().filter_map(|call| match call {
        WorkerCall::Write { data, transfer: 7 } => Some(&data[..]),
        _ => None,
    });
    data.collect::<Vec<_>>().concat()
}

#[tokio::test]
async fn a_file_goes_up_in_blocks() {
    let mut master = Master::new().await;
    let content: Vec<u8> = (0..2500u32).map(|n| n as u8).collect();
    std::fs::write(master.path("f"), &content).unwrap();
    let told = master.run("uploadFile", upload("f")).await;
    assert_eq!(written(&told), content);
    assert_eq!(told.transfers.len(), 4);
    assert_eq!(told.rc(), Some(0));
}

#[tokio::test]
async fn a_file_that_is_too_large_is_cut() {
    let mut master = Master::new().await;
    std::fs::write(master.path("f"), [b'x'; 2500]).unwrap();
    let args = upload("f");
    let Value::Dict(mut pairs) = args else { unreachable!() };
    pairs.retain(|(key, _)| key != "maxsize");
    let told = master
        .run("uploadFile", and(Value::Dict(pairs), [("maxsize", 1500.into())]))
        .await;
    assert_eq!(written(&told).len(), 1500);
    assert_eq!(told.rc(), Some(1));
    assert!(
        told.stderr()
            .starts_with("Maximum filesize reached, truncating file '/"),
        "{}",
        told.stderr()
    );
}

#[tokio::test]
async fn a_master_that_refuses_a_block_fails_the_command() {
    let mut master = Master::new().await;
    std::fs::write(master.path("f"), [b'x'; 2500]).unwrap();
    let full = Failure {
        kind: "builtins.OSError".to_owned(),
        message: "No space left on device".to_owned(),
    };
    master.refuse_write = Some(full.clone());
    let told = master.run("uploadFile", upload("f")).await;
    assert_eq!(told.failure, Some(full));
    assert_eq!(told.rc(), Some(1));
    assert!(matches!(
        told.transfers[..],
        [WorkerCall::Write { .. }, WorkerCall::CloseWriter { .. }]
    ));
}

#[tokio::test]
async fn a_named_pipe_is_not_waited_for() {
    let mut master = Master::new().await;
    nix::unistd::mkfifo(&master.path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let told = master.run("uploadFile", upload("pipe")).await;
    assert_eq!(told.rc(), Some(1));
    assert!(told.stderr().starts_with("Cannot open file '/"), "{}", told.stderr());
}

#[tokio::test]
async fn a_folder_goes_up_as_an_archive() {
    for compress in [Value::None, "gz".into(), "bz2".into()] {
        let mut master = Master::new().await;
        let folder = master.path("d");
        std::fs::create_dir_all(folder.join("sub/empty")).unwrap();
        std::fs::write(folder.join("sub/f"), "content").unwrap();
        let long = "l".repeat(150);
        std::fs::write(folder.join(&long), vec![b'x'; 3000]).unwrap();
        std::fs::set_permissions(folder.join("sub/f"), std::fs::Permissions::from_mode(0o750)).unwrap();
        std::os::unix::fs::symlink("sub/f", folder.join("link")).unwrap();
        let told = master
            .run("uploadDirectory", and(upload("d"), [("compress", compress.clone())]))
            .await;
        assert_eq!(told.rc(), Some(0), "{told:?}");
        assert!(matches!(
            told.transfers.last(),
            Some(WorkerCall::Unpack { transfer: 7 })
        ));
        let archive = written(&told);
        let plain: Box<dyn Read> = match compress.text() {
            None => Box::new(&archive[..]),
            Some("gz") => Box::new(flate2::read::GzDecoder::new(&archive[..])),
            _ => Box::new(bzip2::read::BzDecoder::new(&archive[..])),
        };
        let mut found = BTreeMap::new();
        for entry in tar::Archive::new(plain).entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let link = entry.link_name().unwrap().map(|link| link.display().to_string());
            found.insert(name, (content.len(), link, entry.header().mode().unwrap() & 0o777));
        }
        let names: Vec<&str> = found.keys().map(|name| name.trim_end_matches('/')).collect();
        assert_eq!(names, [".", "link", &long, "sub", "sub/empty", "sub/f"]);
        assert_eq!(found["sub/f"], (7, None, 0o750));
        assert_eq!(found["link"].1.as_deref(), Some("sub/f"));
        assert_eq!(found[&long].0, 3000);
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let mut master = Master::new().await;
    let told = master
        .run("uploadDirectory", and(upload("nodir"), [("compress", Value::None)]))
        .await;
    assert_eq!((told.rc(), told.transfers.len()), (Some(1), 0));
    assert_eq!(told.keys(), ["rc", "elapsed", "stderr"]);
    assert!(
        told.stderr().starts_with("Cannot read directory '/"),
        "{}",
        told.stderr()
    );
    assert!(
        told.stderr()
            .ends_with("/one/nodir' for upload: No such file or directory\n"),
        "{}",
        told.stderr()
    );
}

#[tokio::test]
async fn a_file_comes_down_with_its_mode() {
    let mut master = Master::new().await;
    master.download = vec![Bytes::from_static(b"abcd"), Bytes::from_static(b"ef")];
    let Value::Dict(mut pairs) = download("new/folder/f", Value::None) else {
        unreachable!()
    };
    pairs.retain(|(key, _)| key != "mode");
    let told = master
        .run("downloadFile", and(Value::Dict(pairs), [("mode", 0o640.into())]))
        .await;
    assert_eq!(told.rc(), Some(0));
    let file = master.path("new/folder/f");
    assert_eq!(std::fs::read(&file).unwrap(), b"abcdef");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o640);
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_named_and_the_reader_closed() {
    let mut master = Master::new().await;
    std::fs::write(master.path("file"), "").unwrap();
    let told = master.run("downloadFile", download("file/below", Value::None)).await;
    assert_eq!(told.rc(), Some(1));
    assert!(told.stderr().starts_with("Cannot open file '/"), "{}", told.stderr());
    assert!(matches!(told.transfers[..], [WorkerCall::CloseReader { .. }]));
}

#[tokio::test]
async fn a_full_disk_is_told() {
    let mut master = Master::new().await;
    master.download = vec![Bytes::from_static(b"abcd")];
    let told = master.run("downloadFile", download("/dev/full", Value::None)).await;
    assert_eq!(told.rc(), Some(1));
    assert_eq!(
        told.stderr(),
        "Cannot write file '/dev/full': No space left on device\n"
    );
}

async fn glob(master: &mut Master, pattern: &str) -> Vec<String> {
    let told = master.run("glob", dict([("path", pattern.into())])).await;
    assert_eq!(told.rc(), Some(0));
    let Some(Value::List(files)) = told.other("files") else {
        panic!("{told:?}")
    };
    let root = format!("{}/", master.path("").display()).replace("//", "/");
    let mut names: Vec<String> = files
        .iter()
        .map(|file| file.to_string().strip_prefix(&root).unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn patterns_mean_what_they_say() {
    let mut master = Master::new().await;
    std::fs::create_dir_all(master.path("d/e")).unwrap();
    for file in ["a.txt", ".hidden.txt", "b[1].txt", "d/c.txt", "d/e/f.txt"] {
        std::fs::write(master.path(file), "").unwrap();
    }
    assert_eq!(glob(&mut master, "*.txt").await, ["a.txt", "b[1].txt"]);
    assert_eq!(glob(&mut master, ".*.txt").await, [".hidden.txt"]);
    assert_eq!(
        glob(&mut master, "**/*.txt").await,
        ["a.txt", "b[1].txt", "d/c.txt", "d/e/f.txt"]
    );
    assert_eq!(glob(&mut master, "d/**").await, ["d", "d/c.txt", "d/e", "d/e/f.txt"]);
    assert_eq!(glob(&mut master, "a**t").await, ["a.txt"]);
    assert_eq!(glob(&mut master, "nothing*").await, Vec::<String>::new());
    assert_eq!(glob(&mut master, "[").await, Vec::<String>::new());
}

#[tokio::test]
async fn errors_of_files_are_numbers_and_words() {
    let mut master = Master::new().await;
    for (name, key) in [("listdir", "dir"), ("rmfile", "path"), ("stat", "file")] {
        let told = master.run(name, dict([(key, "nope".into())])).await;
        assert_eq!((told.rc(), told.keys()), (Some(2), vec!["rc", "elapsed", "header"]));
        assert_eq!(
            told.header(),
            format!("{name}: No such file or directory: {}\n", master.path("nope").display())
        );
    }
    std::fs::write(master.path("file"), "").unwrap();
    let told = master.run("mkdir", dict([("dir", "file/x".into())])).await;
    assert_eq!(told.rc(), Some(i64::from(libc_enotdir())));
}

fn libc_enotdir() -> i32 {
    nix::errno::Errno::ENOTDIR as i32
}

#[tokio::test]
async fn rmdir_removes_what_may_not_be_written() {
    let mut master = Master::new().await;
    let locked = master.path("d/locked");
    std::fs::create_dir_all(&locked).unwrap();
    std::fs::write(locked.join("f"), "").unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o500)).unwrap();
    let told = master
        .run(
            "rmdir",
            dict([("dir", list(["d", "absent"])), ("logEnviron", false.into())]),
        )
        .await;
    assert_eq!(told.rc(), Some(0));
    assert!(!master.path("d").exists());
}

#[tokio::test]
async fn cpdir_of_nothing_fails_in_words() {
    let mut master = Master::new().await;
    let told = master
        .run("cpdir", dict([("fromdir", "nope".into()), ("todir", "to".into())]))
        .await;
    assert_eq!(
        (told.rc(), told.keys()),
        (Some(1), vec!["header", "stderr", "header", "rc", "elapsed"])
    );
    assert!(told.stderr().starts_with("cp: cannot stat"), "{}", told.stderr());
}
