//! What is kept of a picture over a restart of this program.

use super::about::About;
use super::rows::{Builder, Finished, worker_kept};
use super::{BUILDERS, Picture};
use model::{BuildId, BuilderId, MasterId, RequestId, Results, Time, WorkerId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// The running builds that are kept, the newest.
const RAN: usize = 1_000;

/// Where to go on: what was known when this was made, so that what ended afterwards can be told as one summary, and so
/// that builders that seldom build need not be asked for again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The highest build id that was known.
    pub last_build: i64,
    /// The builds that ran.
    pub running: Vec<i64>,
    /// The builders, by id.
    pub builders: BTreeMap<i64, KeptBuilder>,
}

/// A builder of a [`Kept`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptBuilder {
    /// Its name.
    pub name: String,
    /// Its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The masters whose configuration had it.
    pub masters: Vec<i64>,
    /// Its last build that was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<KeptBuild>,
    /// Whether that is known to be its last one.
    pub is_read: bool,
}

/// A build of a [`Kept`]; times in milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptBuild {
    /// `buildid`.
    pub build: i64,
    /// Its number.
    pub number: i64,
    /// Its request.
    pub request: Option<i64>,
    /// Its worker.
    pub worker: Option<i64>,
    /// When it began.
    pub started_at: i64,
    /// When it was over.
    pub complete_at: i64,
    /// How, by number.
    pub results: Option<u8>,
    /// Whether it is known to have built a diff.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub patched: bool,
    /// What its properties say.
    pub about: About,
}

impl Picture {
    /// A picture that goes on where an earlier one ended. Its builders can be shown before the master has answered.
    pub fn from_kept(kept: Kept) -> Picture {
        let mut picture = Picture {
            last_build: kept.last_build.max(0),
            all_known: kept.last_build.max(0),
            ran: kept.running.iter().take(RAN).map(|build| BuildId(*build)).collect(),
            is_known: true,
            ..Picture::default()
        };
        for (id, builder) in kept.builders.into_iter().take(BUILDERS) {
            let id = BuilderId(id);
            let last = builder.last.map(|build| picture.kept_build(id, build));
            picture.builders.insert(
                id,
                Builder {
                    id,
                    name: builder.name.into(),
                    description: None,
                    project: None,
                    tags: builder.tags.into_iter().map(Into::into).collect(),
                    masters: builder.masters.into_iter().map(MasterId).collect(),
                    finished: last.into_iter().collect::<VecDeque<_>>(),
                    is_read: builder.is_read,
                },
            );
        }
        picture
    }

    fn kept_build(&mut self, builder: BuilderId, build: KeptBuild) -> Finished {
        let id = BuildId(build.build);
        self.over.add(id);
        Finished {
            build: id,
            builder,
            number: build.number,
            request: RequestId(build.request.unwrap_or(0)),
            worker: worker_kept(build.worker.map(WorkerId)),
            started_at: Time(build.started_at),
            complete_at: Time(build.complete_at),
            results: build.results.and_then(|code| Results::try_from(code).ok()),
            patched: build.patched,
            about: self.abouts.keep(build.about),
        }
    }

    /// What to keep; none while nothing is known.
    pub fn kept(&self) -> Option<Kept> {
        self.is_known.then(|| Kept {
            last_build: self.last_build,
            running: self
                .running
                .keys()
                .chain(&self.ran)
                .rev()
                .take(RAN)
                .map(|build| build.0)
                .collect(),
            builders: self.builders.values().map(kept_builder).collect(),
        })
    }
}

fn kept_builder(builder: &Builder) -> (i64, KeptBuilder) {
    let last = builder.finished.back().map(|build| KeptBuild {
        build: build.build.0,
        number: build.number,
        request: build.request().map(|request| request.0),
        worker: build.worker().map(|worker| worker.0),
        started_at: build.started_at.0,
        complete_at: build.complete_at.0,
        results: build.results.map(u8::from),
        patched: build.patched,
        about: (*build.about).clone(),
    });
    let kept = KeptBuilder {
        name: builder.name.to_string(),
        tags: builder.tags.iter().map(ToString::to_string).collect(),
        masters: builder.masters.iter().map(|master| master.0).collect(),
        last,
        is_read: builder.is_read,
    };
    (builder.id.0, kept)
}
