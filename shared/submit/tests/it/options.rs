//! `.buildbot/options`, as people write them.

use proptest::prelude::*;
use std::path::Path;
use submit::options::{self, Value, assignments, parse};

const FILE: &str = r#"
# how we try
try_connect = 'pb'
try_master = "ci.example.org:8031"   # the old one was b:1
try_username = u'alice'; 
try_password = r'a\b'
try_builders = ['linux-gcc', "linux" "-clang",   # two
    'mac',
]
try_branch = ("main")
try_wait = True
try_quiet = 0
try_who = os.environ['USER']
import os
try_comment = '''two
lines'''
sendchange = 3
"#;

#[test]
fn plain_assignments_are_understood_and_the_rest_is_named() {
    let read = parse(Path::new("x"), FILE);
    assert_eq!(read.connect.as_deref(), Some("pb"));
    assert_eq!(read.master.as_deref(), Some("ci.example.org:8031"));
    assert_eq!(read.username.as_deref(), Some("alice"));
    assert_eq!(read.password.as_deref(), Some("a\\b"));
    assert_eq!(read.builders, ["linux-gcc", "linux-clang", "mac"]);
    assert_eq!(read.branch.as_deref(), Some("main"));
    assert_eq!((read.wait, read.quiet), (Some(true), Some(false)));
    assert_eq!(read.who, None);
    assert_eq!(read.comment.as_deref(), Some("two\nlines"));
    assert_eq!(read.skipped, [13, 14]);
}

#[test]
fn old_names_count_where_the_new_ones_are_missing_and_the_last_line_wins() {
    let read = parse(
        Path::new("x"),
        "masterstatus = 'a:1'\ntry_dir = '/jobs'\ntry_host = 'h'\ntry_host = 'g'\n",
    );
    assert_eq!(read.master.as_deref(), Some("a:1"));
    assert_eq!(read.jobdir.as_deref(), Some("/jobs"));
    assert_eq!(read.host.as_deref(), Some("g"));
}

#[test]
fn the_nearest_file_of_the_persons_own_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let deep = folder.path().join("a/b");
    let home = folder.path().join("home");
    std::fs::create_dir_all(deep.join(".buildbot")).expect("folders");
    std::fs::create_dir_all(folder.path().join(".buildbot")).expect("folders");
    std::fs::create_dir_all(&home).expect("a folder");
    std::fs::write(home.join("options"), "try_who = 'home'").expect("a file");
    let who = |from: &Path| options::find(from, Some(&home)).options.and_then(|options| options.who);
    assert_eq!(
        who(&deep).as_deref(),
        Some("home"),
        "a folder without the file is passed over"
    );
    std::fs::write(folder.path().join(".buildbot/options"), "try_who = 'top'").expect("a file");
    assert_eq!(who(&deep).as_deref(), Some("top"));
    std::fs::write(deep.join(".buildbot/options"), "try_who = 'deep'").expect("a file");
    assert_eq!(who(&deep).as_deref(), Some("deep"));
}

#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join(".buildbot");
    std::fs::create_dir(&place).expect("a folder");
    std::fs::write(place.join("options"), "try_who = 'mallory'").expect("a file");
    if std::os::unix::fs::chown(&place, Some(12_345), None).is_err() {
        println!("SKIPPED: only root can give a folder to somebody else");
        return;
    }
    let found = options::find(folder.path(), None);
    assert_eq!(found.options, None);
    assert_eq!(found.not_yours, [place]);
}

proptest! {
    #[test]
    fn nothing_that_a_file_holds_is_a_panic(text in any::<String>(), cut in 0..FILE.len()) {
        assignments(&text);
        assignments(&format!("try_master = {text}"));
        assignments(&FILE[..FILE.floor_char_boundary(cut)]);
    }

    #[test]
    fn a_text_is_read_as_it_was_written(text in "[^\\\\'\r\n\u{0}]*") {
        let (values, skipped) = assignments(&format!("a = '{text}'\n"));
        prop_assert_eq!(values.get("a"), Some(&Value::Text(text)));
        prop_assert!(skipped.is_empty());
    }
}
