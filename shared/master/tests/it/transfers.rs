//! Steps that carry files and work on a worker's files, with a real worker.

use crate::rig::*;
use model::config::{
    Compress, Download, DownloadContent, FileWork, Render, StepConfig, StepKind, Upload, UploadSource,
};
use model::{Build, Json, Results};
use serde_json::json;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use wire::worker::link;

pub fn fixed(value: impl Into<Json>) -> Render {
    Render::Const(value.into())
}

pub fn upload(source: UploadSource, masterdest: &str, change: impl FnOnce(&mut Upload)) -> StepConfig {
    let mut upload = Upload {
        source,
        masterdest: fixed(masterdest),
        max_size: None,
        block_size: 256 << 10,
        mode: None,
        compress: Compress::No,
        keepstamp: false,
        url: None,
        url_text: None,
    };
    change(&mut upload);
    step("upload", StepKind::Upload(Box::new(upload)))
}

pub fn file(source: &str, masterdest: &str, change: impl FnOnce(&mut Upload)) -> StepConfig {
    upload(UploadSource::File(fixed(source)), masterdest, change)
}

pub fn folder(source: &str, masterdest: &str, change: impl FnOnce(&mut Upload)) -> StepConfig {
    upload(UploadSource::Directory(fixed(source)), masterdest, change)
}

fn several(sources: Json, glob: bool, masterdest: &str) -> StepConfig {
    let sources = Render::Const(sources);
    upload(UploadSource::Several { sources, glob }, masterdest, |_| ())
}

fn download(content: DownloadContent, workerdest: &str, change: impl FnOnce(&mut Download)) -> StepConfig {
    let mut download = Download {
        content,
        workerdest: fixed(workerdest),
        max_size: None,
        block_size: 16 << 10,
        mode: None,
    };
    change(&mut download);
    step("download", StepKind::Download(Box::new(download)))
}

fn work(work: FileWork) -> StepConfig {
    step("work", StepKind::Files(Box::new(work)))
}

/// A master and a worker in folders of their own, and a builder `b`.
struct Farm {
    rig: Rig,
    temporary: tempfile::TempDir,
    _worker: tokio::task::JoinHandle<()>,
}

impl Farm {
    async fn start(steps: Vec<StepConfig>) -> Farm {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let rig = Rig::open(temporary.path(), config(vec![builder("b", steps)]), |_| ()).await;
        let (masters, workers) = link::pair();
        let options = worker::Options::new(temporary.path().join("worker"), "w");
        let worker = tokio::spawn(async move {
            worker::run(workers, options).await;
        });
        soon("attaching", rig.master.attach_worker("w", masters))
            .await
            .expect("the worker attaches");
        let farm = Farm {
            rig,
            temporary,
            _worker: worker,
        };
        std::fs::create_dir_all(farm.tree()).expect("the tree");
        std::fs::create_dir_all(farm.master()).expect("the master's folder");
        farm
    }

    /// Where the build works.
    fn tree(&self) -> PathBuf {
        self.temporary.path().join("worker/b/build")
    }

    fn master(&self) -> PathBuf {
        self.temporary.path().join("master")
    }

    async fn build(&mut self) -> Build {
        self.rig.build("b").await
    }

    async fn texts(&self, build: &Build) -> Vec<String> {
        let steps = self.rig.told_steps(build.id).await;
        steps.into_iter().skip(1).map(|(_, _, text)| text).collect()
    }
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
    std::fs::write(path, content).expect("a file");
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All names in a folder, sorted.
pub fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a plain name")
        })
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_whole_with_its_mode_its_times_and_its_link() {
    let mut farm = Farm::start(vec![file("out/app.bin", "up/app", |upload| {
        upload.mode = Some(0o640);
        upload.keepstamp = true;
        upload.url = Some(fixed("http://farm/app"));
    })])
    .await;
    let content: Vec<u8> = (0..3_000_001_u32).map(|n| ((n * 7) >> 3) as u8).collect();
    let source = farm.tree().join("out/app.bin");
    write(&source, &content);
    let then = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500_000_000_500);
    let times = std::fs::FileTimes::new().set_modified(then).set_accessed(then);
    let opened = std::fs::File::options().write(true).open(&source).expect("it opens");
    opened.set_times(times).expect("its times are set");
    let build = farm.build().await;
    assert_eq!(results(&build), Results::Success);
    let place = farm.master().join("up/app");
    assert!(std::fs::read(&place).expect("it is there") == content);
    let found = place.metadata().expect("it is there");
    assert_eq!(found.permissions().mode() & 0o7777, 0o640);
    let late = found
        .modified()
        .expect("a time")
        .duration_since(then)
        .expect("not before");
    assert!(late < Duration::from_millis(1), "{late:?}");
    assert_eq!(names(farm.master().join("up")), ["app"]);
    let step = farm.rig.steps(build.id).await.remove(1);
    assert_eq!(step.state_string, "uploading app.bin");
    assert_eq!(
        (step.urls[0].name.as_str(), step.urls[0].url.as_str()),
        ("app", "http://farm/app")
    );
    let log = farm.rig.log(build.id, "upload", "stdio").await;
    assert!(log.starts_with("hsending /"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fails_leaves_what_was_there() {
    let mut farm = Farm::start(vec![
        file("absent", "old", |upload| upload.url = Some(fixed("http://farm/old"))),
        file("long", "old", |upload| upload.max_size = Some(3)),
        file("long", "folder", |_| ()),
        folder("absent", "new", |_| ()),
    ])
    .await;
    write(&farm.tree().join("long"), "longer");
    write(&farm.master().join("old"), "old");
    write(&farm.master().join("folder/in"), "x");
    let build = farm.build().await;
    assert_eq!(results(&build), Results::Failure);
    assert_eq!(read(farm.master().join("old")), "old");
    assert_eq!(names(farm.master()), ["folder", "old"]);
    assert_eq!(
        farm.texts(&build).await,
        [
            "uploading absent (failure)",
            "uploading long (failure)",
            "uploading long (failure)",
            "uploading absent (failure)"
        ]
    );
    assert!(farm.rig.steps(build.id).await[1].urls.is_empty());
    let told = farm.rig.log(build.id, "upload_2", "stderr").await;
    assert!(
        told.contains("folder on the master is a folder; name a file in it"),
        "{told}"
    );
    let told = farm.rig.log(build.id, "upload_1", "stdio").await;
    assert!(told.contains("Maximum filesize reached"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_comes_beside_what_is_there() {
    for compress in [Compress::No, Compress::Gzip, Compress::Bzip2] {
        let mut farm = Farm::start(vec![
            folder("d", "fresh/d", |upload| upload.compress = compress),
            folder("d", "there", |upload| upload.compress = compress),
        ])
        .await;
        let tree = farm.tree();
        write(&tree.join("d/a"), "new");
        write(&tree.join("d/deep/er/b"), "b");
        std::os::unix::fs::symlink("deep/er/b", tree.join("d/link")).expect("a link");
        write(&farm.master().join("there/a"), "old");
        write(&farm.master().join("there/deep/c"), "c");
        let build = farm.build().await;
        assert_eq!(results(&build), Results::Success, "{:?}", farm.texts(&build).await);
        let fresh = farm.master().join("fresh/d");
        assert_eq!(
            (
                read(fresh.join("a")),
                read(fresh.join("deep/er/b")),
                read(fresh.join("link"))
            ),
            ("new".into(), "b".into(), "b".into())
        );
        // Not only for its owner, as temporary folders are.
        let own = farm.master().join("fresh").metadata().expect("it is there").mode();
        assert_eq!(fresh.metadata().expect("it is there").mode(), own);
        let there = farm.master().join("there");
        assert_eq!(
            (read(there.join("a")), read(there.join("deep/c"))),
            ("new".into(), "c".into())
        );
        assert_eq!(names(&there), ["a", "deep", "link"]);
        assert_eq!(names(farm.master()), ["fresh", "there"]);
        assert_eq!(farm.texts(&build).await, ["uploading d", "uploading d"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_and_folders_come_by_name_and_by_pattern() {
    let mut farm = Farm::start(vec![
        several(json!(["a.txt", "d"]), false, "named"),
        several(json!(["*.txt", "d/*"]), true, "found"),
        several(json!(["none*"]), true, "nothing"),
        several(json!(["absent", "a.txt"]), false, "broken"),
    ])
    .await;
    for (name, content) in [("a.txt", "a"), ("b.txt", "b"), ("d/e/f", "f"), ("d/g", "g")] {
        write(&farm.tree().join(name), content);
    }
    let build = farm.build().await;
    assert_eq!(
        farm.texts(&build).await,
        [
            "uploading 2 files",
            "uploading 4 files",
            "uploading 0 files (skipped)",
            "uploading 2 files (failure)"
        ]
    );
    assert_eq!(names(farm.master()), ["found", "named"]);
    assert_eq!(read(farm.master().join("named/d/e/f")), "f");
    assert_eq!(names(farm.master().join("found")), ["a.txt", "b.txt", "e", "g"]);
    let told = farm.rig.log(build.id, "upload_3", "stderr").await;
    assert_eq!(told, "File build/absent not available at worker\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_carry_files_texts_and_values() {
    let values = Render::Dict(vec![
        ("list".to_owned(), fixed(json!([1, "zwölf", null]))),
        (
            "builder".to_owned(),
            Render::Property {
                name: "buildername".to_owned(),
                default: None,
                default_when_false: false,
            },
        ),
    ]);
    let mut farm = Farm::start(vec![
        download(DownloadContent::File(fixed("in/big")), "down/big", |download| {
            download.mode = Some(0o750);
        }),
        download(DownloadContent::Text(fixed("héllo")), "text", |_| ()),
        download(DownloadContent::Json(values), "json", |_| ()),
        download(DownloadContent::Properties, "facts", |_| ()),
        download(DownloadContent::File(fixed("in/absent")), "absent", |_| ()),
        download(DownloadContent::File(fixed("in")), "absent", |_| ()),
        download(DownloadContent::File(fixed("in/big")), "cut", |download| {
            download.max_size = Some(5);
        }),
    ])
    .await;
    let content: Vec<u8> = (0..2_500_003_u32).map(|n| ((n * 5) >> 2) as u8).collect();
    write(&farm.master().join("in/big"), &content);
    let build = farm.build().await;
    let tree = farm.tree();
    assert!(std::fs::read(tree.join("down/big")).expect("it is there") == content);
    let mode = tree
        .join("down/big")
        .metadata()
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o750);
    assert_eq!(read(tree.join("text")), "héllo");
    assert_eq!(
        read(tree.join("json")),
        r#"{"list": [1, "zw\u00f6lf", null], "builder": "b"}"#
    );
    let facts: Json = serde_json::from_str(&read(tree.join("facts"))).expect("it is JSON");
    assert_eq!(facts["properties"]["buildername"], json!("b"));
    assert_eq!(facts["sourcestamps"][0]["codebase"], json!(""));
    assert_eq!(facts["sourcestamps"][0]["patch_body"], Json::Null);
    assert_eq!(names(&tree), ["cut", "down", "facts", "json", "text"]);
    assert_eq!(
        farm.texts(&build).await,
        [
            "downloading to big",
            "downloading to text",
            "downloading to json",
            "downloading to facts",
            "downloading to absent (failure)",
            "downloading to absent (failure)",
            "downloading to cut (failure)"
        ]
    );
    let told = farm.rig.log(build.id, "download_4", "stderr").await;
    assert_eq!(
        told,
        "File 'in/absent' not available at master: No such file or directory\n"
    );
    let told = farm.rig.log(build.id, "download_5", "stderr").await;
    assert_eq!(told, "File 'in' not available at master: it is no plain file\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_made_copied_found_and_removed() {
    let exists = |path: &str| work(FileWork::FileExists { file: fixed(path) });
    let copy = |from: &str, to: &str| {
        work(FileWork::CopyDirectory {
            src: fixed(from),
            dest: fixed(to),
            timeout: Some(120.0),
            max_time: None,
        })
    };
    let mut farm = Farm::start(vec![
        work(FileWork::MakeDirectory {
            dir: fixed("build/made/deep"),
        }),
        work(FileWork::MakeDirectory {
            dir: fixed("build/f/x"),
        }),
        copy("build/d", "build/copy"),
        copy("build/absent", "build/copy2"),
        exists("build/f"),
        exists("build/absent"),
        exists("build/d"),
        work(FileWork::RemoveDirectory { dir: fixed("build/d") }),
        work(FileWork::RemoveDirectory {
            dir: fixed(json!(["build/made", "build/absent"])),
        }),
    ])
    .await;
    write(&farm.tree().join("f"), "f");
    write(&farm.tree().join("d/g"), "g");
    let build = farm.build().await;
    assert_eq!(
        farm.texts(&build).await,
        [
            "Created",
            "Create failed. (failure)",
            "Copied build/d to build/copy",
            "Copying build/absent to build/copy2 failed. (failure)",
            "File found.",
            "File not found. (failure)",
            "Not a file. (failure)",
            "Deleted",
            "Deleted"
        ]
    );
    assert_eq!(names(farm.tree()), ["copy", "f"]);
    assert_eq!(read(farm.tree().join("copy/g")), "g");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_workers_environment_becomes_properties() {
    let variables = StepKind::SetPropertiesFromEnv {
        variables: fixed(json!(["PATH", "THERE_IS_NO_SUCH_VARIABLE"])),
        source: "env".to_owned(),
    };
    let mut farm = Farm::start(vec![step("from", variables)]).await;
    let build = farm.build().await;
    assert_eq!(farm.texts(&build).await, ["Set"]);
    let path = std::env::var("PATH").expect("a path");
    let properties = farm.rig.properties(build.id).await;
    assert_eq!(properties.text("PATH"), Some(path.as_str()));
    assert_eq!(properties.source("PATH"), Some("env"));
    assert_eq!(properties.get("THERE_IS_NO_SUCH_VARIABLE"), None);
    let log = farm.rig.log(build.id, "from", "properties").await;
    assert_eq!(log, format!("PATH = '{path}'\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_values_lead_upwards_is_used_and_logged() {
    let above = Render::Interpolate(std::sync::Arc::new(
        model::config::Interpolate::parse("../%(prop:buildername)s.out", Vec::new(), Default::default())
            .expect("it is a template"),
    ));
    let mut farm = Farm::start(vec![file("f", "", |upload| upload.masterdest = above)]).await;
    write(&farm.tree().join("f"), "f");
    let build = farm.build().await;
    assert_eq!(results(&build), Results::Success);
    assert_eq!(read(farm.temporary.path().join("b.out")), "f");
    let log = farm.rig.log(build.id, "upload", "stdio").await;
    assert!(
        log.starts_with("hmasterdest leads out of the master's folder: ../b.out\n"),
        "{log}"
    );
}

/// A small file system of its own; none where that is not allowed.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<SmallDisk> {
        let place = tempfile::tempdir().expect("a folder");
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(place.path())
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(SmallDisk(place))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).output();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_fails_the_step_and_says_so() {
    let Some(disk) = SmallDisk::mount() else {
        println!("SKIPPED: a file system cannot be mounted here");
        return;
    };
    let place = disk.0.path().join("big");
    let mut farm = Farm::start(vec![file("big", place.to_str().expect("a plain path"), |_| ())]).await;
    write(&farm.tree().join("big"), vec![1; 1 << 20]);
    let build = farm.build().await;
    assert_eq!(results(&build), Results::Failure);
    let told = farm.rig.log(build.id, "upload", "stderr").await;
    assert!(told.contains("No space left on device; make room there"), "{told}");
    assert!(names(disk.0.path()).is_empty());
}

#[tokio::test]
async fn what_a_killed_master_left_of_an_upload_is_gone_at_the_next_start() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let (notes, place) = (temporary.path().join("cache/parts"), temporary.path().join("place"));
    std::fs::create_dir_all(&notes).expect("a folder");
    std::fs::create_dir_all(place.join(".outpost-b.unpacked/inside")).expect("a folder");
    for (number, name) in [".outpost-a.part", ".outpost-b.unpacked", "kept.part"]
        .iter()
        .enumerate()
    {
        let part = place.join(name);
        if !part.is_dir() {
            std::fs::write(&part, "half").expect("a file");
        }
        std::fs::write(notes.join(number.to_string()), part.to_str().expect("text")).expect("a note");
    }
    let _rig = Rig::open(temporary.path(), config(vec![builder("b", vec![])]), |_| ()).await;
    let left: Vec<_> = std::fs::read_dir(&place).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].file_name(), "kept.part", "that was never ours");
}
