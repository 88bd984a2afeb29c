//! Steps that carry files and work on a worker's files.

use super::{config_of, evaluate_text, shown, with_steps};
use model::config::{
    Compress, Download, DownloadContent, FileWork, Render, StepConfig, StepKind, Upload, UploadSource,
};
use serde_json::json;

fn steps(text: &str) -> Vec<StepConfig> {
    config_of(&with_steps(text)).builders.remove(0).steps
}

fn constant(render: &Render) -> serde_json::Value {
    render.constant().unwrap_or_else(|| panic!("{render:?} is no constant"))
}

fn upload(step: &StepConfig) -> &Upload {
    match &step.kind {
        StepKind::Upload(upload) => upload,
        other => panic!("{other:?}"),
    }
}

fn download(step: &StepConfig) -> &Download {
    match &step.kind {
        StepKind::Download(download) => download,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_kind_has_buildbots_own_name_and_flags() {
    let all = steps(
        r#"
        steps.FileUpload(workersrc="a", masterdest="b"),
        steps.DirectoryUpload("a", "b"),
        steps.MultipleFileUpload(workersrcs=["a"], masterdest="b"),
        steps.FileDownload(mastersrc="a", workerdest="b"),
        steps.StringDownload("a", workerdest="b"),
        steps.JSONStringDownload({"a": 1}, workerdest="b"),
        steps.JSONPropertiesDownload(workerdest="b"),
        steps.MakeDirectory(dir="a"),
        steps.RemoveDirectory(dir="a"),
        steps.CopyDirectory(src="a", dest="b"),
        steps.FileExists(file="a"),
        steps.SetPropertiesFromEnv(variables=["A"]),
        steps.RemovePYCs(),
    "#,
    );
    let told: Vec<_> = all
        .iter()
        .map(|step| {
            let common = &step.common;
            let name = constant(&common.name).as_str().unwrap().to_owned();
            (name, common.halt_on_failure, common.flunk_on_failure)
        })
        .collect();
    let expected = [
        ("upload", true),
        ("upload", true),
        ("upload", true),
        ("download", true),
        ("string_download", true),
        ("json_download", true),
        ("json_properties_download", true),
        ("MakeDirectory", true),
        ("RemoveDirectory", true),
        ("CopyDirectory", true),
        ("FileExists", true),
        ("SetPropertiesFromEnv", false),
        ("remove_pyc", false),
    ]
    .map(|(name, halt)| (name.to_owned(), halt, true));
    assert_eq!(told, expected);
}

#[test]
fn an_uploads_arguments_arrive() {
    let all = steps(
        r#"
        steps.FileUpload("a", util.Interpolate("%(prop:x)s/b"), maxsize=10, blocksize=4, mode=0o644, keepstamp=True,
            url="http://x/", urlText="the file", workdir="w"),
        steps.FileUpload("a", "b"),
        steps.DirectoryUpload("a", "b", compress="bz2"),
        steps.MultipleFileUpload("*.o", "b", glob=True, mode=0o600),
    "#,
    );
    let one = upload(&all[0]);
    assert!(matches!(&one.source, UploadSource::File(source) if constant(source) == json!("a")));
    assert!(matches!(one.masterdest, Render::Interpolate(_)));
    assert_eq!((one.max_size, one.block_size, one.mode), (Some(10), 4, Some(0o644)));
    assert!(one.keepstamp);
    let text = |value: &Option<Render>| constant(value.as_ref().unwrap());
    assert_eq!(
        (text(&one.url), text(&one.url_text)),
        (json!("http://x/"), json!("the file"))
    );
    assert_eq!(constant(all[0].common.workdir.as_ref().unwrap()), json!("w"));
    let plain = upload(&all[1]);
    assert_eq!((plain.max_size, plain.block_size, plain.mode), (None, 262_144, None));
    let folder = upload(&all[2]);
    assert!(matches!(folder.source, UploadSource::Directory(_)));
    assert_eq!((folder.compress, folder.block_size), (Compress::Bzip2, 16384));
    let UploadSource::Several { sources, glob } = &upload(&all[3]).source else {
        panic!("{all:?}")
    };
    assert_eq!((constant(sources), *glob), (json!("*.o"), true));
}

#[test]
fn a_downloads_content_arrives() {
    let all = steps(
        r#"
        steps.FileDownload("a", "b", maxsize=7, mode=0o755),
        steps.StringDownload("text", workerdest="b"),
        steps.JSONStringDownload({"a": [1, util.Property("p")]}, workerdest="b"),
        steps.JSONPropertiesDownload("b"),
    "#,
    );
    let file = download(&all[0]);
    assert!(matches!(&file.content, DownloadContent::File(source) if constant(source) == json!("a")));
    assert_eq!(
        (constant(&file.workerdest), file.max_size, file.block_size, file.mode),
        (json!("b"), Some(7), 16384, Some(0o755))
    );
    assert!(matches!(&download(&all[1]).content, DownloadContent::Text(text) if constant(text) == json!("text")));
    assert!(matches!(
        &download(&all[2]).content,
        DownloadContent::Json(Render::Dict(_))
    ));
    assert!(matches!(download(&all[3]).content, DownloadContent::Properties));
}

#[test]
fn work_on_files_arrives() {
    let all = steps(
        r#"
        steps.CopyDirectory("a", "b"),
        steps.CopyDirectory("a", "b", timeout=None, maxTime=9),
        steps.RemoveDirectory(["a", "b"]),
        steps.SetPropertiesFromEnv("HOME", source="env"),
    "#,
    );
    let times = |step: &StepConfig| match &step.kind {
        StepKind::Files(work) => match &**work {
            FileWork::CopyDirectory { timeout, max_time, .. } => (*timeout, *max_time),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(times(&all[0]), (Some(120.0), None));
    assert_eq!(times(&all[1]), (None, Some(9.0)));
    assert!(matches!(&all[2].kind, StepKind::Files(work)
        if matches!(&**work, FileWork::RemoveDirectory { dir } if constant(dir) == json!(["a", "b"]))));
    assert!(
        matches!(&all[3].kind, StepKind::SetPropertiesFromEnv { variables, source }
        if constant(variables) == json!("HOME") && source == "env")
    );
}

#[test]
fn what_cannot_be_is_told_with_its_fix() {
    let evaluation = evaluate_text(&with_steps(
        r#"
        steps.FileUpload("a", "b", mode=0o100644),
        steps.FileUpload("a", "b", maxsize=-1),
        steps.FileDownload("a", "b", blocksize=0),
        steps.DirectoryUpload("a", "b", compress="zip"),
        steps.FileUpload("a"),
    "#,
    ));
    assert!(evaluation.config.is_none());
    let told = shown(&evaluation);
    for words in [
        "steps.FileUpload: mode cannot be 33188",
        "mode=0o644",
        "steps.FileUpload: maxsize cannot be -1",
        "steps.FileDownload: blocksize cannot be 0",
        "one of \"gz\", \"bz2\"",
        "masterdest",
    ] {
        assert!(told.contains(words), "{words} is not in:\n{told}");
    }
}
