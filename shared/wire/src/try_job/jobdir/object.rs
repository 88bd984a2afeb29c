//! The formats 5 and 6: one JSON object (`try-and-sendchange` §2.3).

use super::{JobError, MOST_BUILDERS};
use crate::try_job::{Json, TryJob, TryPatch};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Bytes that what becomes many small values may have: each takes many times its length.
const LONGEST_LIST: usize = 1 << 20;

/// The object; what is `None` in it is not there at all, `null` is another thing.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(default, borrow, deserialize_with = "there")]
    jobid: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    branch: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    baserev: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    patch_level: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    repository: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    project: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    who: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    comment: Option<&'a RawValue>,
    #[serde(default, borrow, rename = "builderNames", deserialize_with = "there")]
    builder_names: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    properties: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    patch_body: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    patch_body_base64: Option<&'a RawValue>,
}

fn there<'de, D: Deserializer<'de>>(value: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(value).map(Some)
}

/// What follows the version's number; `base64` is how its patch is written.
pub(super) fn read(base64: bool, bytes: &[u8]) -> Result<TryJob, JobError> {
    let object: Object<'_> = serde_json::from_slice(bytes).map_err(|error| JobError::Json(error.to_string()))?;
    let needed = |name, value: Option<_>| value.ok_or(JobError::Missing(name));
    let level = level(needed("patch_level", object.patch_level)?)?;
    let body = match base64 {
        true => from_base64(needed("patch_body_base64", object.patch_body_base64)?)?,
        false => text("patch_body", needed("patch_body", object.patch_body)?)?.map(Bytes::from),
    };
    Ok(TryJob {
        id: text("jobid", needed("jobid", object.jobid)?)?.unwrap_or_default(),
        branch: text("branch", needed("branch", object.branch)?)?.filter(|text| !text.is_empty()),
        base_revision: text("baserev", needed("baserev", object.baserev)?)?.filter(|text| !text.is_empty()),
        patch: body.map(|body| TryPatch { level, body }),
        repository: optional_text("repository", object.repository)?,
        project: optional_text("project", object.project)?,
        who: optional_text("who", object.who)?,
        comment: optional_text("comment", object.comment)?,
        builders: builders(needed("builderNames", object.builder_names)?)?,
        properties: match object.properties {
            Some(value) => properties(value)?,
            None => BTreeMap::new(),
        },
    })
}

fn text(field: &'static str, value: &RawValue) -> Result<Option<String>, JobError> {
    serde_json::from_str(value.get()).map_err(|_| JobError::Wrong { field, wanted: "text" })
}

fn optional_text(field: &'static str, value: Option<&RawValue>) -> Result<String, JobError> {
    let text = value.map(|value| text(field, value)).transpose()?;
    Ok(text.flatten().unwrap_or_default())
}

/// A number, or its digits as text.
fn level(value: &RawValue) -> Result<u32, JobError> {
    let digits = value.get().trim_matches('"');
    digits.parse().map_err(|_| JobError::Wrong {
        field: "patch_level",
        wanted: "a number from 0",
    })
}

fn from_base64(value: &RawValue) -> Result<Option<Bytes>, JobError> {
    let Some(text) = text("patch_body_base64", value)? else {
        return Ok(None);
    };
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| JobError::Wrong {
        field: "patch_body_base64",
        wanted: "base64",
    })?;
    Ok(Some(bytes.into()))
}

fn builders(value: &RawValue) -> Result<Vec<String>, JobError> {
    let wrong = |_| JobError::Wrong {
        field: "builderNames",
        wanted: "a list of names",
    };
    let names: Option<Vec<String>> = serde_json::from_str(short("builderNames", value)?).map_err(wrong)?;
    let names = names.unwrap_or_default();
    if names.len() > MOST_BUILDERS {
        return Err(JobError::Builders);
    }
    Ok(names)
}

fn properties(value: &RawValue) -> Result<BTreeMap<String, Json>, JobError> {
    let wrong = |_| JobError::Wrong {
        field: "properties",
        wanted: "an object",
    };
    let all: Option<BTreeMap<String, Json>> = serde_json::from_str(short("properties", value)?).map_err(wrong)?;
    Ok(all.unwrap_or_default())
}

fn short<'a>(field: &'static str, value: &'a RawValue) -> Result<&'a str, JobError> {
    let wanted = "at most a megabyte";
    Some(value.get())
        .filter(|text| text.len() <= LONGEST_LIST)
        .ok_or(JobError::Wrong { field, wanted })
}

/// The version and the object, in the order in which Buildbot writes it.
pub(super) fn write(job: &TryJob) -> (&'static str, String) {
    let or_null = |text: &str| match text {
        "" => Json::Null,
        text => text.into(),
    };
    let level = job.patch.as_ref().map_or(0, |patch| patch.level);
    let mut object = serde_json::Map::new();
    let mut put = |name: &str, value: Json| drop(object.insert(name.to_owned(), value));
    put("jobid", job.id.as_str().into());
    put("branch", job.branch.as_deref().unwrap_or_default().into());
    put("baserev", job.base_revision.as_deref().unwrap_or_default().into());
    put("patch_level", level.into());
    put("repository", job.repository.as_str().into());
    put("project", job.project.as_str().into());
    put("who", or_null(&job.who));
    put("comment", or_null(&job.comment));
    put("builderNames", job.builders.clone().into());
    put(
        "properties",
        job.properties
            .clone()
            .into_iter()
            .collect::<serde_json::Map<_, _>>()
            .into(),
    );
    let body = job
        .patch
        .as_ref()
        .map(|patch| (patch, std::str::from_utf8(&patch.body)));
    let version = match body {
        Some((patch, Err(_))) => {
            put("patch_body_base64", BASE64_STANDARD.encode(&patch.body).into());
            "6"
        }
        Some((_, Ok(text))) => {
            put("patch_body", text.into());
            "5"
        }
        None => {
            put("patch_body", Json::Null);
            "5"
        }
    };
    (version, ascii(&Json::Object(object).to_string()))
}

/// JSON with every other letter escaped, which stand in its texts only: so it does not matter how a reader counts.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            out.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing to a text does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}
