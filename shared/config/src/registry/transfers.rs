//! `steps.*` that carry files and work on a worker's files (B-102, B-120 to B-122).

use super::steps::{COMMON, SHELL};
use super::{Kind, Param, Spec, call, may, need};

const COMPRESS: Kind = Kind::Word(&["gz", "bz2"]);

const LIMITS: &[Param] = &[may("maxsize", Kind::Int), may("blocksize", Kind::Int)];
const MODE: &[Param] = &[may("mode", Kind::Int)];
const KEEPSTAMP: &[Param] = &[may("keepstamp", Kind::Bool)];
const LINK: &[Param] = &[may("url", Kind::Render), may("urlText", Kind::Render)];
const UPLOAD: &[Param] = &[need("workersrc", Kind::Render), need("masterdest", Kind::Render)];
const TO_WORKER: &[Param] = &[need("workerdest", Kind::Render)];

pub(super) const CALLS: &[Spec] = &[
    call(
        "steps",
        "FileUpload",
        &[UPLOAD, LIMITS, MODE, KEEPSTAMP, LINK, COMMON],
        2,
    ),
    call(
        "steps",
        "DirectoryUpload",
        &[UPLOAD, LIMITS, &[may("compress", COMPRESS)], LINK, COMMON],
        2,
    ),
    call(
        "steps",
        "MultipleFileUpload",
        &[
            &[need("workersrcs", Kind::Command), need("masterdest", Kind::Render)],
            LIMITS,
            &[may("glob", Kind::Bool)],
            MODE,
            &[may("compress", COMPRESS)],
            KEEPSTAMP,
            LINK,
            COMMON,
        ],
        2,
    ),
    call(
        "steps",
        "FileDownload",
        &[&[need("mastersrc", Kind::Render)], TO_WORKER, LIMITS, MODE, COMMON],
        2,
    ),
    call(
        "steps",
        "StringDownload",
        &[&[need("s", Kind::Render)], TO_WORKER, LIMITS, MODE, COMMON],
        2,
    ),
    call(
        "steps",
        "JSONStringDownload",
        &[&[need("o", Kind::Render)], TO_WORKER, LIMITS, MODE, COMMON],
        2,
    ),
    call("steps", "JSONPropertiesDownload", &[TO_WORKER, LIMITS, MODE, COMMON], 1),
    call("steps", "MakeDirectory", &[&[need("dir", Kind::Render)], COMMON], 1),
    call("steps", "RemoveDirectory", &[&[need("dir", Kind::Render)], COMMON], 1),
    call(
        "steps",
        "CopyDirectory",
        &[
            &[
                need("src", Kind::Render),
                need("dest", Kind::Render),
                may("timeout", Kind::Number),
                may("maxTime", Kind::Number),
            ],
            COMMON,
        ],
        2,
    ),
    call("steps", "FileExists", &[&[need("file", Kind::Render)], COMMON], 1),
    call(
        "steps",
        "SetPropertiesFromEnv",
        &[&[need("variables", Kind::Command), may("source", Kind::Text)], COMMON],
        2,
    ),
    call("steps", "RemovePYCs", &[SHELL, COMMON], 0),
];
