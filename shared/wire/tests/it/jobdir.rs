//! Files of a job folder, as every Buildbot wrote them. `tests/jobdir` has recorded ones, and what Buildbot 4.3.0 reads
//! out of each.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use wire::try_job::jobdir::{BUILDBOT_LONGEST, JobError, LONGEST, decode, encode, encode_4};
use wire::try_job::{TryJob, TryPatch};

fn recorded(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/jobdir/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn readings() -> serde_json::Map<String, Json> {
    serde_json::from_slice(&recorded("parsed-by-4.3.0.json")).expect("the readings are JSON")
}

/// What Buildbot read, as a job.
fn read_by_buildbot(fields: &Json) -> TryJob {
    let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
    let maybe = |name: &str| fields[name].as_str().map(str::to_owned);
    let body = &fields["patch_body"];
    let bytes = match (body["bytes_utf8"].as_str(), body["bytes_hex"].as_str()) {
        (Some(text), _) => Some(text.as_bytes().to_vec()),
        (_, Some(hex)) => Some(
            (0..hex.len() / 2)
                .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"))
                .collect(),
        ),
        _ => None,
    };
    let level = u32::try_from(fields["patch_level"].as_u64().expect("a level")).expect("a small level");
    let names = fields["builderNames"].as_array().expect("names");
    let properties = fields["properties"].as_object().expect("properties");
    TryJob {
        id: text("jobid"),
        branch: maybe("branch"),
        base_revision: maybe("baserev"),
        patch: bytes.map(|body| TryPatch {
            level,
            body: body.into(),
        }),
        repository: text("repository"),
        project: text("project"),
        who: text("who"),
        comment: text("comment"),
        builders: names.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        properties: properties.clone().into_iter().collect(),
    }
}

#[test]
fn every_recorded_job_says_what_buildbot_reads() {
    let mut seen = 0;
    for (name, reading) in readings().iter().filter(|(name, _)| name.starts_with("job-")) {
        let mut expected = read_by_buildbot(reading);
        if name == "job-v5-bytes-revision" {
            // A fault of Buildbot's client, which its master builds as it stands.
            assert_eq!(expected.base_revision.as_deref(), Some("b'abc123'"));
            expected.base_revision = Some("abc123".to_owned());
        }
        assert_eq!(decode(&recorded(name)), Ok(expected), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 9);
}

#[test]
fn what_the_real_client_sent_is_read() {
    let job = decode(&recorded("sent-by-try-ssh")).expect("a job");
    assert_eq!((job.who.as_str(), job.comment.as_str()), ("w", "c"));
    assert_eq!(job.properties["b"], Json::from("2"));
}

#[test]
fn what_is_no_job_is_refused_with_its_reason() {
    let reason = |name| decode(&recorded(name)).expect_err("no job");
    assert_eq!(reason("bad-empty"), JobError::Empty);
    assert_eq!(reason("bad-version-7"), JobError::Version("7".to_owned()));
    assert_eq!(reason("bad-no-trailing-comma"), JobError::CutOff(4));
    assert!(matches!(reason("bad-not-netstring"), JobError::Netstring { at: 0, .. }));
    assert!(matches!(reason("bad-v5-bad-json"), JobError::Json(_)));
    assert_eq!(reason("bad-v1-short"), JobError::Missing("branch"));
}

#[test]
fn a_fault_names_its_place() {
    let reason = |job: &str| decode(job.as_bytes()).expect_err("no job").to_string();
    assert!(reason("1:1,01:x,").contains("byte 4"), "{}", reason("1:1,01:x,"));
    assert!(reason("1:5,9999999999:").contains("byte 4"));
    let short = "1:5,2:{},";
    assert!(reason(short).contains("patch_level"), "{}", reason(short));
    let text = r#"{"jobid":"","branch":"","baserev":"","patch_level":"x","patch_body":"","builderNames":[]}"#;
    let wrong = format!("1:5,{}:{text},", text.len());
    assert!(reason(&wrong).contains("patch_level"), "{}", reason(&wrong));
    let text = text.replace("\"x\"", "1").replace("[]", "7");
    let wrong = format!("1:5,{}:{text},", text.len());
    assert!(reason(&wrong).contains("builderNames"), "{}", reason(&wrong));
}

#[test]
fn lists_that_grow_in_memory_are_refused() {
    let names = "\"\",".repeat(20_000);
    let text = format!(
        r#"{{"jobid":"","branch":"","baserev":"","patch_level":1,"patch_body":"","builderNames":[{names}""]}}"#
    );
    let job = format!("1:5,{}:{text},", text.len());
    assert_eq!(decode(job.as_bytes()), Err(JobError::Builders));
    let job = format!("1:1,0:,0:,0:,1:0,0:,{}", "0:,".repeat(20_000));
    assert_eq!(decode(job.as_bytes()), Err(JobError::Builders));
    assert_eq!(decode(&vec![b'1'; LONGEST + 1]), Err(JobError::TooLong(LONGEST + 1)));
}

#[test]
fn a_job_above_buildbots_limit_is_read() {
    let job = TryJob {
        patch: Some(TryPatch {
            level: 1,
            body: Bytes::from(vec![b'\n'; BUILDBOT_LONGEST]),
        }),
        ..TryJob::default()
    };
    assert_eq!(decode(&encode(&job)), Ok(job));
}

#[test]
fn a_revision_in_pythons_spelling_is_repaired() {
    let revision = |written: &str| {
        let job = TryJob {
            base_revision: Some(written.to_owned()),
            ..TryJob::default()
        };
        decode(&encode(&job)).expect("a job").base_revision
    };
    assert_eq!(revision("b'0123'").as_deref(), Some("0123"));
    assert_eq!(
        revision(r#"b"\nContext:\n\n[it's \xc3\xa9\\]\n""#).as_deref(),
        Some("\nContext:\n\n[it's é\\]\n")
    );
    for same in ["b'0123", "b", "b'", "0123'", r"b'\q'", r"b'\xff'", r"b'\'"] {
        assert_eq!(revision(same).as_deref(), Some(same));
    }
}

#[test]
fn the_formats_are_chosen_by_what_they_carry() {
    let with = |body: &'static [u8]| TryJob {
        patch: Some(TryPatch {
            level: 1,
            body: Bytes::from_static(body),
        }),
        comment: "größer 😀".to_owned(),
        ..TryJob::default()
    };
    let text = encode(&with(b"+\xc3\xa9\n"));
    assert!(text.starts_with(b"1:5,") && text.is_ascii());
    assert!(encode(&with(b"+\xff\n")).starts_with(b"1:6,"));
    assert!(encode(&TryJob::default()).starts_with(b"1:5,"));
    let mut old = with(b"+\xff\n");
    assert!(encode_4(&old).expect("it has no properties").starts_with(b"1:4,"));
    old.properties.insert("k".to_owned(), "v".into());
    assert_eq!(encode_4(&old), Err(JobError::Properties));
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// No Python spelling of bytes, which does not come back as it was.
fn any_revision() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[^b].*")
}

prop_compose! {
    fn any_job()(
        id in any::<String>(),
        branch in prop::option::of(".+"),
        base_revision in any_revision(),
        patch in prop::option::of((any::<u32>(), prop::collection::vec(any::<u8>(), 1..300))),
        texts in any::<[String; 4]>(),
        builders in prop::collection::vec(any::<String>(), 0..4),
        properties in prop::collection::btree_map(any::<String>(), any_json(), 0..4),
    ) -> TryJob {
        let [repository, project, who, comment] = texts;
        let patch = patch.map(|(level, body)| TryPatch { level, body: body.into() });
        TryJob { id, branch, base_revision, patch, repository, project, who, comment, builders, properties }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(job in any_job()) {
        prop_assert_eq!(decode(&encode(&job)), Ok(job));
    }

    #[test]
    fn what_is_written_for_old_masters_is_read(job in any_job()) {
        let job = TryJob { properties: BTreeMap::new(), ..job };
        let written = encode_4(&job).expect("it has no properties");
        prop_assert_eq!(decode(&written), Ok(job));
    }

    #[test]
    fn foreign_bytes_never_break_it(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_job_that_was_damaged_never_breaks_it(
        job in any_job(),
        old in any::<bool>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = if old { encode_4(&TryJob { properties: BTreeMap::new(), ..job }).expect("none") } else { encode(&job) };
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = decode(&bytes);
        let cut = cut.index(bytes.len());
        prop_assert!(decode(&bytes[..cut]).is_err() || old, "a part of a job is none");
    }
}
