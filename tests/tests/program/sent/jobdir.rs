//! Files in a job folder: of every format that was ever written, good and bad. `jobs` has recorded ones.

use super::*;
const SCHEDULER: &str = r#"schedulers.Try_Jobdir("jobs", ["try-a", "try-b", "tree"], "jobs")"#;

struct Folder {
    path: PathBuf,
    revision: String,
    _repository: Repository,
}

impl Folder {
    async fn of(outpost: &mut Outpost) -> Folder {
        let (repository, revision) = repository();
        configure(outpost, &configuration(SCHEDULER, &repository));
        outpost.run(&["--no-tray"]).await;
        let folder = Folder {
            path: outpost.home().join("data/master/jobs"),
            revision,
            _repository: repository,
        };
        let deadline = Instant::now() + PATIENCE;
        while !folder.path.join("cur").is_dir() || !folder.path.join("new").is_dir() {
            assert!(Instant::now() < deadline, "there is no {}", folder.path.display());
            tokio::time::sleep(LOOK).await;
        }
        folder
    }

    /// As `tryserver` does.
    fn deliver(&self, name: &str, job: &[u8]) {
        let tmp = self.path.join("tmp").join(name);
        std::fs::write(&tmp, job).expect("a file");
        std::fs::rename(tmp, self.path.join("new").join(name)).expect("moved");
    }

    async fn read(&self, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.path.join("cur").join(name).exists() || self.path.join("new").join(name).exists() {
            assert!(Instant::now() < deadline, "{name} was not read");
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn recorded() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/sent/jobs");
    let mut jobs: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a file"))
        })
        .collect();
    jobs.sort();
    jobs
}

/// A job in format 4, which takes any bytes.
fn job(id: &str, builders: &[&str], patch: &[u8]) -> Vec<u8> {
    job_of(id, "abc123", builders, patch)
}

fn job_of(id: &str, base: &str, builders: &[&str], patch: &[u8]) -> Vec<u8> {
    let base = base.as_bytes();
    let mut fields: Vec<&[u8]> = vec![b"4", id.as_bytes(), b"main", base, b"1", patch, b"", b"", b"", b""];
    fields.extend(builders.iter().map(|name| name.as_bytes()));
    let netstring = |field: &[u8]| [format!("{}:", field.len()).as_bytes(), field, b","].concat();
    fields.into_iter().flat_map(netstring).collect()
}

#[tokio::test]
async fn every_recorded_job_is_built_and_every_bad_one_named() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    let jobs = recorded();
    let good = jobs.iter().filter(|(name, _)| !name.starts_with("bad")).count();
    assert_eq!((good, jobs.len()), (10, 16));
    for (name, bytes) in &jobs {
        folder.deliver(name, bytes);
        folder.read(name).await;
    }
    let sets = sets(&outpost, good).await;
    let old = sets
        .iter()
        .find(|set| set["external_idstring"] == "1700000000.5-14")
        .expect("version 4");
    // Without the comment, as Buildbot's own.
    assert_eq!(old["reason"], "'try' job by user alice");
    let patch = &old["sourcestamps"][0]["patch"];
    assert_eq!((&patch["comment"], &patch["level"]), (&json!("a comment"), &json!(1)));
    let repaired = sets
        .iter()
        .find(|set| set["external_idstring"] == "1700000000.5-19")
        .expect("bytes");
    assert_eq!(repaired["sourcestamps"][0]["revision"], "abc123");
    let last = refused(&outpost, "bad-version-7").await;
    assert!(
        last["name"].as_str().is_some_and(|name| name.contains("jobs")),
        "{last}"
    );
    assert!(
        last["reason"].as_str().is_some_and(|reason| reason.contains("'7'")),
        "{last}"
    );
    assert_eq!(last["count"], 6, "{last}");
}

#[tokio::test]
async fn a_job_for_a_builder_that_is_not_the_schedulers_is_refused() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    folder.deliver("one", &job("1-1", &["try-a", "other"], PATCH.as_bytes()));
    folder.read("one").await;
    assert!(
        refused(&outpost, "other").await["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("'jobs'"))
    );
    sets(&outpost, 0).await;
}

#[tokio::test]
async fn a_job_above_buildbots_limit_is_built() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    let lines = 1 << 20;
    let body = format!("{PATCH}--- /dev/null\n+++ b/big\n@@ -0,0 +1,{lines} @@\n");
    // No text in any encoding that is usual.
    let body = [body.as_bytes(), &b"+\xff\xfe\n".repeat(lines)].concat();
    folder.deliver("big", &job_of("1-1", &folder.revision, &["tree"], &body));
    folder.read("big").await;
    until(&outpost, "buildsets", |answer| answer["buildsets"][0]["results"] == 0).await;
    let log = outpost.ok(&["log", "tree/1"]);
    assert!(
        log.contains("f is new") && log.contains(&format!("big has {}", 3 * lines)),
        "{log}"
    );
}

/// A pipe nobody writes to, a link out of the folder, a folder: none holds up the next.
#[tokio::test]
async fn what_is_no_file_holds_up_nothing() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    let new = folder.path.join("new");
    let pipe = new.join("1-pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo runs")
            .success()
    );
    std::os::unix::fs::symlink("/etc/hostname", new.join("2-link")).expect("a link");
    std::fs::create_dir(new.join("3-folder")).expect("a folder");
    folder.deliver("4-good", &job("1-1", &["try-a"], PATCH.as_bytes()));
    folder.read("4-good").await;
    sets(&outpost, 1).await;
    refused(&outpost, "3-folder is not built: it is no file").await;
}

#[tokio::test]
async fn a_job_is_built_once_whatever_ends_the_master() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    folder.deliver("one", &job("1700000000.5-1", &["try-a"], PATCH.as_bytes()));
    folder.read("one").await;
    outpost.kill();
    // As if it had been killed between storing the job and putting its file away; and one more came meanwhile.
    std::fs::rename(folder.path.join("cur/one"), folder.path.join("new/one")).expect("moved");
    folder.deliver("two", &job("1700000000.5-2", &["try-a"], PATCH.as_bytes()));
    outpost.run(&["--no-tray"]).await;
    folder.read("one").await;
    folder.read("two").await;
    let sets = sets(&outpost, 2).await;
    assert_eq!(sets[1]["external_idstring"], "1700000000.5-2");
}

#[tokio::test]
async fn a_job_that_cannot_be_put_away_is_built_once() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    // In its place.
    std::fs::create_dir(folder.path.join("cur/one")).expect("a folder");
    folder.deliver("one", &job("1-1", &["try-a"], PATCH.as_bytes()));
    refused(&outpost, "one cannot be moved to cur").await;
    folder.deliver("two", &job("1-2", &["try-a"], PATCH.as_bytes()));
    folder.read("two").await;
    sets(&outpost, 2).await;
}

#[tokio::test]
async fn a_folder_that_was_removed_is_made_again() {
    let mut outpost = Outpost::prepared();
    let folder = Folder::of(&mut outpost).await;
    let new = folder.path.join("new");
    std::fs::remove_dir(&new).expect("removed");
    let deadline = Instant::now() + PATIENCE;
    while !new.is_dir() {
        assert!(Instant::now() < deadline, "it is not made again");
        tokio::time::sleep(LOOK).await;
    }
    folder.deliver("one", &job("1-1", &["try-a"], PATCH.as_bytes()));
    folder.read("one").await;
    sets(&outpost, 1).await;
}
