//! Remote repositories, polled through the person's own git: over a pretended ssh, and over HTTP on the loopback.

use crate::rig::{Watched, by_branch, commit, folder, git, repository, source, subjects, surroundings};
use model::config::{Branches, GitPoller};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use vcs::git::{Mode, Surroundings};

/// As a remote of the pretended ssh.
fn by_ssh(repository: &Path) -> String {
    format!("me@example.invalid:{}", repository.display())
}

#[tokio::test]
async fn commits_amends_and_branches_of_a_remote_are_seen_once() {
    let folder = folder();
    let origin = repository(folder.path(), "origin");
    commit(&origin, "first");
    let config = GitPoller {
        poll_interval: 0.05,
        ..source(by_ssh(&origin), Branches::All)
    };
    let mut watched = Watched::start(surroundings(folder.path()), config.clone(), None).await;
    assert!(matches!(&watched.handle.status().mode, Mode::Polling { why, .. } if why.contains("another machine")));
    commit(&origin, "one");
    assert_eq!(subjects(&watched.changes().await), ["one"]);
    git(&origin, &["commit", "-q", "--amend", "-m", "amended"]);
    let changes = watched.changes().await;
    assert_eq!(
        (subjects(&changes), &changes[0].repository),
        (vec!["amended".to_owned()], &config.repourl)
    );
    git(&origin, &["checkout", "-q", "-b", "topic/x"]);
    commit(&origin, "two");
    let fence = git(&origin, &["rev-parse", "HEAD"]);
    assert_eq!(subjects(&watched.before(&fence).await), Vec::<String>::new());
    git(&origin, &["checkout", "-q", "main"]);
    git(&origin, &["branch", "-D", "topic/x"]);
    watched.batch().await;
    git(&origin, &["checkout", "-q", "-b", "topic"]);
    assert_eq!(by_branch(&watched.before_a_fence(&origin).await), Vec::<String>::new());
}

#[tokio::test]
async fn asked_to_poll_it_polls_now_and_a_lost_copy_is_fetched_again() {
    let folder = folder();
    let origin = repository(folder.path(), "origin");
    commit(&origin, "first");
    let config = GitPoller {
        poll_at_launch: false,
        ..source(by_ssh(&origin), Branches::Default)
    };
    let mut watched = Watched::begin(surroundings(folder.path()), config.clone(), None);
    watched.handle.poll_now();
    watched.batch().await;
    commit(&origin, "one");
    git(&origin, &["checkout", "-q", "-b", "unfollowed"]);
    commit(&origin, "elsewhere");
    git(&origin, &["checkout", "-q", "main"]);
    watched.handle.poll_now();
    assert_eq!(by_branch(&watched.changes().await), ["main: one"]);
    let state = watched.state.clone();
    drop(watched);
    std::fs::remove_dir_all(folder.path().join("cache")).expect("removed");
    commit(&origin, "two");
    let mut again = Watched::begin(surroundings(folder.path()), config, state);
    again.handle.poll_now();
    assert_eq!(by_branch(&again.changes().await), ["main: two"]);
}

#[tokio::test]
async fn a_remote_of_another_hash_and_one_without_commits_are_followed() {
    let folder = folder();
    for format in ["sha1", "sha256"] {
        git(
            folder.path(),
            &["init", "-q", &format!("--object-format={format}"), format],
        );
        let origin = folder.path().join(format);
        let config = GitPoller {
            poll_interval: 0.05,
            ..source(by_ssh(&origin), Branches::Default)
        };
        let surroundings = Surroundings {
            cache_dir: folder.path().join(format!("{format}-cache")),
            ..surroundings(folder.path())
        };
        let mut watched = Watched::start(surroundings, config, None).await;
        commit(&origin, "one");
        assert_eq!(
            subjects(&watched.changes().await),
            ["one"],
            "{:?}",
            watched.handle.status()
        );
        assert_eq!(subjects(&watched.before_a_fence(&origin).await), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_remote_that_fails_is_told_and_resumes() {
    let folder = folder();
    let origin = repository(folder.path(), "origin");
    commit(&origin, "first");
    let config = GitPoller {
        poll_interval: 0.05,
        ..source(by_ssh(&origin), Branches::Default)
    };
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    std::fs::rename(&origin, folder.path().join("away")).expect("moved");
    let reason = watched.failure().await;
    assert!(
        reason.contains("git ls-remote") && reason.contains("example.invalid"),
        "{reason}"
    );
    assert!(watched.handle.status().next_poll.is_some());
    std::fs::rename(folder.path().join("away"), &origin).expect("moved back");
    assert_eq!(subjects(&watched.before_a_fence(&origin).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let folder = folder();
    let silent = TcpListener::bind("127.0.0.1:0").expect("port");
    let url = format!("git://{}/thing.git", silent.local_addr().expect("address"));
    let surroundings = Surroundings {
        answer_within: Duration::from_millis(300),
        ..surroundings(folder.path())
    };
    let mut watched = Watched::begin(surroundings, source(&url, Branches::Default), None);
    let reason = watched.failure().await;
    assert!(
        reason.contains(&url) && reason.contains("after 0.3 s without an answer"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_password_opens_the_door_and_is_never_shown() {
    let folder = folder();
    let origin = repository(folder.path(), "origin");
    let served = folder.path().join("served.git");
    commit(&origin, "first");
    git(folder.path(), &["clone", "-q", "--bare", "origin", "served.git"]);
    git(&served, &["update-server-info"]);
    // "me:s3cret/pass" in base 64.
    let address = serve(folder.path().to_owned(), "Basic bWU6czNjcmV0L3Bhc3M=", "s3cret");
    let url = |password: &str| format!("http://me:{password}@{address}/served.git");

    let mut refused = Watched::begin(
        surroundings(folder.path()),
        source(url("wr0ng%2Fone"), Branches::Default),
        None,
    );
    let reason = refused.failure().await;
    assert!(reason.contains("give your git a credential"), "{reason}");
    assert!(!reason.contains("wr0ng"), "{reason}");

    let config = source(url("s3cret%2Fpass"), Branches::Default);
    let mut watched = Watched::start(surroundings(folder.path()), config, None).await;
    commit(&origin, "one");
    git(&origin, &["push", "-q", "../served.git", "main"]);
    git(&served, &["update-server-info"]);
    watched.handle.poll_now();
    let changes = watched.changes().await;
    assert_eq!(
        (subjects(&changes), changes[0].repository.clone()),
        (vec!["one".to_owned()], format!("http://me@{address}/served.git"))
    );
    let mut told = format!("{:?} {:?} {changes:?}", watched.handle.status(), watched.state);
    for file in ["config", "FETCH_HEAD"] {
        told += &std::fs::read_to_string(folder.path().join("cache").join(file)).expect(file);
    }
    assert!(!told.contains("s3cret"), "{told}");
}

/// Serves the files of `root` to whoever sends `authorization`; stops answering if a process list shows `secret`.
fn serve(root: PathBuf, authorization: &'static str, secret: &'static str) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let address = listener.local_addr().expect("address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            assert!(!shown_in_a_process_list(secret), "a process list shows the password");
            // A client that goes away is its own affair.
            let _ = answer(stream, &root, authorization);
        }
    });
    address
}

fn answer(mut stream: TcpStream, root: &Path, authorization: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut allowed = false;
    for line in lines {
        let line = line?;
        allowed |= line.eq_ignore_ascii_case(&format!("Authorization: {authorization}"));
        if line.is_empty() {
            break;
        }
    }
    let path = request
        .split(' ')
        .nth(1)
        .unwrap_or("/")
        .split('?')
        .next()
        .unwrap_or("/");
    let file = std::fs::read(root.join(path.trim_start_matches('/')));
    let (head, body) = match file {
        _ if !allowed => ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"", vec![]),
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", vec![]),
    };
    write!(
        stream,
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn shown_in_a_process_list(secret: &str) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(secret))
}
