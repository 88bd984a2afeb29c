//! Folders that we make.

use lend::basedir::{AllowShutdown, Basedir, BasedirError, Settings};
use link::Protocol;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tempfile::TempDir;

fn full() -> Settings {
    let mut settings = Settings::new("tcp:host=build.example.org:port=7", "w", "s e\"c'r\\et");
    settings.use_tls = true;
    settings.keepalive = 30;
    settings.maxdelay = 5;
    settings.maxretries = Some(3);
    settings.umask = Some(0o22);
    settings.numcpus = Some(4);
    settings.allow_shutdown = Some(AllowShutdown::File);
    settings.delete_leftover_dirs = true;
    settings.proxy = Some("proxy:3128".to_owned());
    settings
}

#[test]
fn a_folder_that_was_made_is_read_as_it_was_made() {
    let folder = TempDir::new().expect("a folder");
    Basedir::create(folder.path(), full(), false).expect("it is made");
    let basedir = Basedir::open(folder.path()).expect("it is read");
    let target = basedir.target().expect("a master");
    assert_eq!(target.address.to_string(), "tls:host=build.example.org:port=7");
    assert_eq!(target.protocol, Protocol::Pb);
    assert_eq!(target.proxy.expect("a proxy").to_string(), "proxy:3128");
    assert_eq!(basedir.login().password, "s e\"c'r\\et");
    let lending = basedir.lending();
    assert_eq!(lending.options.keepalive, Some(Duration::from_secs(30)));
    assert_eq!(lending.options.numcpus, Some(4));
    assert!(lending.options.delete_leftover_dirs);
    assert_eq!(lending.retry.longest, Duration::from_secs(5));
    assert_eq!(lending.retry.attempts, Some(3));
    assert_eq!(basedir.settings().umask, Some(0o22));
    assert_eq!(basedir.settings().allow_shutdown, Some(AllowShutdown::File));
}

#[test]
fn only_its_user_reads_the_password_and_no_log_shows_it() {
    let folder = TempDir::new().expect("a folder");
    let basedir = Basedir::create(folder.path(), full(), false).expect("it is made");
    let mode = std::fs::metadata(folder.path().join("worker.toml"))
        .expect("settings")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let shown = format!("{basedir:?} {:?} {:?}", basedir.settings(), basedir.login());
    assert!(!shown.contains("c'r"), "{shown}");
}

#[test]
fn settings_that_are_there_are_written_again_only_by_force() {
    let folder = TempDir::new().expect("a folder");
    Basedir::create(folder.path(), full(), false).expect("it is made");
    std::fs::write(folder.path().join("info/admin"), "me\n").expect("a file");
    let other = || Settings::new("h", "other", "p");
    let refused = Basedir::create(folder.path(), other(), false).expect_err("it is there");
    assert!(matches!(refused, BasedirError::Exists(_)), "{refused}");
    Basedir::create(folder.path(), other(), true).expect("by force");
    assert_eq!(
        Basedir::open(folder.path()).expect("it is read").settings().name,
        "other"
    );
    let admin = std::fs::read_to_string(folder.path().join("info/admin")).expect("a file");
    assert_eq!(admin, "me\n", "what a person wrote stays");
}

#[test]
fn settings_that_are_wrong_are_named() {
    let folder = TempDir::new().expect("a folder");
    let error = Basedir::open(folder.path()).expect_err("it is empty").to_string();
    assert!(error.contains("outpost worker create"), "{error}");
    let wanted = "name = \"w\"\npassword = \"p\"\n";
    for (text, part) in [
        ("master = \"h\"\nname = \"w\"\n", "password"),
        ("master = \"h:0\"\n", "the port '0'"),
        ("master = \"h\"\nprotocol = \"smoke\"\n", "'smoke'"),
        ("master = \"h\"\nmaxdeley = 3\n", "maxdeley"),
        ("master = 3\n", "line 1"),
        ("master", "line 1"),
    ] {
        let text = if text.contains("name") {
            text.to_owned()
        } else {
            format!("{text}{wanted}")
        };
        std::fs::write(folder.path().join("worker.toml"), &text).expect("a file");
        let error = Basedir::open(folder.path()).expect_err(&text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    std::fs::write(folder.path().join("worker.toml"), vec![b' '; 300_000]).expect("a file");
    let error = Basedir::open(folder.path()).expect_err("it is long").to_string();
    assert!(error.contains("longer than"), "{error}");
}

#[test]
fn a_websocket_is_spoken_to_in_msgpack() {
    let folder = TempDir::new().expect("a folder");
    let settings = Settings::new("ws://h:8/", "w", "p");
    let basedir = Basedir::create(folder.path(), settings, false).expect("it is made");
    assert_eq!(basedir.target().expect("a master").protocol, Protocol::Msgpack);
    let mut settings = Settings::new("tcp:h:8", "w", "p");
    settings.protocol = Some("msgpack_experimental_v7".to_owned());
    let basedir = Basedir::create(folder.path(), settings, true).expect("it is made");
    assert_eq!(basedir.target().expect("a master").protocol, Protocol::Msgpack);
}
