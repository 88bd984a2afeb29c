//! A Monotone workspace, by a stand-in for `mtn`.

use super::rig::{Thing, apply, file, put, refused, remarks, tree, wanted, whole};
use super::standin::Standin;
use std::path::Path;
use tempfile::TempDir;
use vcs::working_copy::{Carrier, System, TakeError, Wanted, take};

const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

const INVENTORY: &str = r#"    path ""
old_type "directory"
new_type "directory"
 fs_type "directory"
  status "known"

    path "a"
old_type "file"
new_type "file"
 fs_type "file"
  status "known"
 changes "content"

    path "b"
old_type "file"
new_path "c d"
 fs_type "none"
  status "rename_source"

    path "c d"
new_type "file"
old_path "b"
 fs_type "file"
  status "rename_target" "known"

    path "gone"
old_type "file"
 fs_type "none"
  status "dropped"

    path "new"
new_type "file"
 fs_type "file"
  status "added" "known"
 changes "content"

    path "u"
 fs_type "file"
  status "unknown"

    path "x.o"
 fs_type "file"
  status "ignored"
"#;

const EXECUTE_ADDED: &str = "format_version \"1\"\n\n   attr \"mtn:execute\" \"true\"\n  state \"added\"\n";
const NO_ATTRIBUTE: &[u8] = b"format_version \"1\"\n";

fn standin(folder: &Path) -> (Standin, Wanted) {
    let top = folder.join("mine");
    put(
        &top,
        b"_MTN/options",
        &file("database \"/d.mtn\"\n  branch \"org.example.x\"\n"),
    );
    let base = format!("{REVISION}\n");
    let q = "--non-interactive --quiet";
    let content = |path: &str| format!("{q} automate get_file_of -r {REVISION} -- {path}");
    let attributes = |path: &str| format!("{q} automate get_attributes -- {path}");
    let answers: Vec<(String, &[u8])> = vec![
        (format!("{q} automate get_base_revision_id"), base.as_bytes()),
        (format!("{q} automate inventory"), INVENTORY.as_bytes()),
        (format!("{q} automate select h:x"), base.as_bytes()),
        (format!("{q} automate select many"), b"1\n2\n"),
        (
            format!("{q} list vars database"),
            b"database: default-server mtn.example.org\n",
        ),
        (content("a"), b"one\n"),
        (content("b"), b"b\n"),
        (content("gone"), b"gone\n"),
        (attributes("a"), EXECUTE_ADDED.as_bytes()),
        (attributes("c d"), NO_ATTRIBUTE),
        (attributes("new"), NO_ATTRIBUTE),
    ];
    let answers: Vec<(&str, &[u8])> = answers
        .iter()
        .map(|(question, answer)| (question.as_str(), *answer))
        .collect();
    let standin = Standin::new(folder, &answers);
    let mut wanted = wanted(&top, System::Mtn);
    wanted.program = Some(standin.program());
    (standin, wanted)
}

#[tokio::test]
async fn base_and_patch_make_the_tree_of_the_workspace() {
    let scratch = TempDir::new().expect("folder");
    let (standin, wanted) = standin(scratch.path());
    let top = wanted.folder.clone();
    put(&top, b"a", &Thing::File(b"ONE\n".to_vec(), true));
    put(&top, b"c d", &file("b\n"));
    put(&top, b"new", &file(""));
    put(&top, b"u", &file("u\n"));
    let taken = take(wanted)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", standin.asked()));
    assert_eq!(taken.base.revision.as_deref(), Some(REVISION));
    assert_eq!(
        (taken.branch.as_deref(), taken.repository.as_str()),
        (Some("org.example.x"), "mtn.example.org")
    );
    assert!(remarks(&taken).contains("is not known here"), "{}", remarks(&taken));
    let made = scratch.path().join("made");
    for (name, text) in [("a", "one\n"), ("b", "b\n"), ("gone", "gone\n")] {
        put(&made, name.as_bytes(), &file(text));
    }
    apply(&made, &whole(&taken, Carrier::Own));
    assert_eq!(tree(&made, "_MTN"), tree(&top, "_MTN"));
}

#[tokio::test]
async fn a_base_is_named_by_a_selector_of_one_revision() {
    let scratch = TempDir::new().expect("folder");
    let (_, wanted) = standin(scratch.path());
    let mut one = wanted.clone();
    one.base = Some("h:x".to_owned());
    assert_eq!(
        take(one).await.expect("a change").base.revision.as_deref(),
        Some(REVISION)
    );
    let mut many = wanted;
    many.base = Some("many".to_owned());
    assert_eq!(refused(many).await, TakeError::NoRevision("many".to_owned()));
}
