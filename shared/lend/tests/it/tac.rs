//! Folders that `buildbot-worker` made: their `buildbot.tac` is read as data.

use lend::basedir::{AllowShutdown, Basedir, Rotation};
use link::Protocol;
use link::address::Place;
use proptest::prelude::*;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// What buildbot-worker 4.3.0 writes, with and without most of its options.
const USUAL: &str = include_str!("../data/buildbot-4.3.tac");
const RELOCATABLE: &str = include_str!("../data/relocatable.tac");

fn folder_with(tac: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let tac = tac.replace("@BASEDIR@", &folder.path().display().to_string());
    std::fs::write(folder.path().join("buildbot.tac"), tac).expect("a file");
    folder
}

fn open(tac: &str) -> (TempDir, Basedir) {
    let folder = folder_with(tac);
    let basedir = Basedir::open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    (folder, basedir)
}

fn refused(tac: &str) -> String {
    let folder = folder_with(tac);
    Basedir::open(folder.path()).expect_err(tac).to_string()
}

#[test]
fn what_create_worker_writes_is_understood() {
    let (folder, basedir) = open(USUAL);
    assert_eq!(basedir.folder(), folder.path());
    let target = basedir.target().expect("a master");
    assert_eq!(target.address.to_string(), "localhost:9989");
    assert_eq!(target.protocol, Protocol::Pb);
    assert_eq!(
        (basedir.login().name.as_str(), basedir.login().password.as_str()),
        ("w1", "pa'ss\\w")
    );
    let settings = basedir.settings();
    assert_eq!(settings.umask, Some(0o22));
    assert_eq!(settings.allow_shutdown, Some(AllowShutdown::Signal));
    assert_eq!(settings.log, Some(Rotation::default()));
    let lending = basedir.lending();
    assert_eq!(lending.options.keepalive, Some(Duration::from_secs(600)));
    assert_eq!(lending.retry.longest, Duration::from_secs(300));
    assert_eq!(lending.retry.attempts, Some(5));
    assert_eq!(basedir.pid_file(), folder.path().join("twistd.pid"));
}

#[test]
fn one_that_can_be_moved_works_where_it_is() {
    let (folder, basedir) = open(RELOCATABLE);
    assert_eq!(basedir.folder(), folder.path());
    let target = basedir.target().expect("a master");
    let place = Place::Tcp {
        host: "::1".to_owned(),
        port: 9,
    };
    assert_eq!(target.address.place, place);
    assert!(target.address.security.is_some());
    assert_eq!(target.protocol, Protocol::Msgpack);
    assert_eq!(target.proxy.expect("a proxy").to_string(), "proxy:3128");
    let settings = basedir.settings();
    assert_eq!((settings.numcpus, settings.delete_leftover_dirs), (Some(3), true));
    assert_eq!(settings.allow_shutdown, Some(AllowShutdown::File));
    assert_eq!(settings.log, None, "it was made with --no-logrotate");
    assert_eq!(basedir.lending().options.keepalive, None);
}

#[test]
fn other_ways_to_write_the_same() {
    let tac = r#"
"""A worker."""
import os
from buildbot_worker.bot import Worker   # the class
NAME = 'w' "1"
if NAME == 'other':
    execfile("whatever")
unused = compute(os.environ["HOME"])
s = Worker('h', "7", name=(NAME), passwd=u'\u00e9\x21', basedir=os.path.abspath(
    os.path.dirname(__file__)), keepalive=0x10,
    umask=022, maxRetries=None, usePTY=False, unicode_encoding='utf-8')
s.setServiceParent(application)
"#;
    let (folder, basedir) = open(tac);
    assert_eq!(basedir.folder(), folder.path());
    let login = basedir.login();
    assert_eq!((login.name.as_str(), login.password.as_str()), ("w1", "é!"));
    assert_eq!(basedir.settings().umask, Some(0o22));
    assert_eq!(basedir.settings().keepalive, 16);

    let (_, basedir) = open("Worker(None, None, 'w', 'p', '.', 0, connection_string='unix:path=/run/b')\n");
    assert_eq!(basedir.settings().master, "unix:path=/run/b");
}

#[test]
fn a_folder_of_ours_needs_no_tac() {
    let folder = folder_with("this is not read");
    std::fs::write(
        folder.path().join("worker.toml"),
        "master='h'\nname='w'\npassword='p'\n",
    )
    .expect("a file");
    assert_eq!(Basedir::open(folder.path()).expect("it is read").settings().name, "w");
}

#[test]
fn what_is_a_program_is_an_error_with_its_line() {
    let call = "s = Worker('h', 1, 'w', passwd, '.', 0)\n";
    for (tac, line, part) in [
        (
            format!("import os\npasswd = os.environ['P']\n{call}"),
            2,
            "'passwd' is not plain",
        ),
        (format!("passwd = open('p').read()\n{call}"), 1, "'passwd' is not plain"),
        (format!("passwd = f'{{x}}'\n{call}"), 1, "'passwd' is not plain"),
        (format!("\n{call}"), 2, "'passwd' is not plain"),
        ("passwd = 'a' + 'b'\n".to_owned() + call, 1, "'passwd' is not plain"),
        (
            format!("passwd = 'p'\nfor x in y:\n    pass\n{call}"),
            2,
            "'for x in y:' is not understood",
        ),
        (
            format!("execfile('x')\n{call}"),
            1,
            "'execfile(\"…\")' is not understood",
        ),
        (
            format!("passwd = 'p'\nif secret():\n    passwd = 'q'\n{call}"),
            2,
            "is not understood",
        ),
        (format!("  passwd = 'p'\n{call}"), 1, "is not understood"),
        (format!("passwd = 'p\n{call}"), 1, "not closed"),
        ("passwd = ('p'\n".to_owned(), 1, "not closed"),
        ("x = 1)\n".to_owned(), 1, "closes nothing"),
        ("\nWorker(])\n".to_owned(), 2, "to be closed by ')'"),
        ("x = {'a': (1}\n".to_owned(), 1, "to be closed by ')'"),
        ("import os\n".to_owned(), 1, "no call of Worker"),
        (format!("passwd = 'p'\n{call}{call}"), 3, "a second Worker"),
        (
            "\ns = Worker('h', 1, 'w', 'p', '.', 0, colour='red')\n".to_owned(),
            2,
            "'colour'",
        ),
        ("s = Worker('h', 1, 'w', 'p', '.', 0, 1)\n".to_owned(), 1, "argument 7"),
        (
            "s = Worker('h', 1, 'w', 'p', '.', 0, umask='x')\n".to_owned(),
            1,
            "'umask' of Worker is not a number",
        ),
        (
            "s = Worker('h', 1, 'w', 'p', '/no/such/folder', 0)\n".to_owned(),
            1,
            "basedir",
        ),
        (
            "s = Worker('h', 1, 'w', 'p', '.', 0, unicode_encoding='latin-1')\n".to_owned(),
            1,
            "read as UTF-8",
        ),
        ("s = Worker('h', 1)\n".to_owned(), 1, "name"),
    ] {
        let error = refused(&tac);
        assert!(error.contains(part), "{tac}: {error}");
        assert!(error.contains(&format!("line {line}:")), "{tac}: {error}");
    }
}

#[test]
fn a_password_never_stands_in_an_error() {
    let error = refused("passwd = 'very secret' + x\ns = Worker('h', 1, 'w', passwd, '.', 0)\n");
    assert!(!error.contains("very secret"), "{error}");
    let error = refused("passwd 'very secret'\n");
    assert!(!error.contains("very secret"), "{error}");
}

proptest! {
    #[test]
    fn any_text_is_settings_or_an_error(text in "\\PC{0,80}|([a-z]{1,4}|[ \n\t'\"()=\\[\\],:.#\\\\0-9]|Worker\\(|if |'''){0,60}") {
        let folder = folder_with(&text);
        let _ = Basedir::open(Path::new(folder.path()));
    }

    #[test]
    fn every_password_is_read_as_python_writes_it(password in "\\PC{1,30}") {
        let written = format!("'{}'", password.replace('\\', "\\\\").replace('\'', "\\'"));
        let (_folder, basedir) = open(&format!("s = Worker('h', 1, 'w', {written}, '.', 0)\n"));
        prop_assert_eq!(basedir.login().password, password);
    }
}
