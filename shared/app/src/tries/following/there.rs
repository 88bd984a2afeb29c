//! A try on a joined master, by what the master tells: its picture has what waits, runs and ended.

use super::asked::Asked;
use super::{Look, Next};
use crate::api::tries::{TryApplied, TryState};
use crate::joined::Member;
use crate::service::clock;
use crate::service::marks::usual;
use crate::tries::carry::Carrier;
use crate::tries::record::{Built, RUNNING, Record};
use client::picture::{Finished, Picture, Running};
use model::{BuilderId, RequestId, Results};
use std::collections::BTreeMap;

/// Builds of one try whose steps are followed at once.
const CLOSELY: usize = 8;

/// What is known of a try's builds besides what is shown.
#[derive(Default)]
pub(super) struct There(BTreeMap<RequestId, Asked>);

impl Look for There {
    async fn look(&mut self, carrier: &Carrier) -> Next {
        let record = carrier.record();
        let Some(member) = carrier.app.farm.get(&record.master) else {
            left(carrier).await;
            return Next::default();
        };
        // From before the look on, so that nothing is missed.
        let steps = member.steps();
        let mut builds = record.builds.clone();
        for one in builds.iter_mut().filter(|one| !one.settled) {
            self.look_at(&member, &record, one).await;
        }
        let now = clock::now().0;
        carrier
            .change(|record| {
                record.builds = builds;
                record.settle(now);
            })
            .await;
        Next {
            steps: (self.followed() > 0).then_some(steps),
            at: self.0.values().filter_map(Asked::due).min(),
        }
    }
}

async fn left(carrier: &Carrier) {
    let now = clock::now().0;
    carrier
        .change(|record| {
            record.state = TryState::Sent;
            record.words = "Its master was left, so it cannot be followed".to_owned();
            record.ended_at = Some(now);
        })
        .await;
}

impl There {
    /// Builds whose steps are followed.
    fn followed(&self) -> usize {
        self.0.values().filter(|asked| asked.closely.watches()).count()
    }

    async fn look_at(&mut self, member: &Member, record: &Record, one: &mut Built) {
        let Some(request) = one.request.map(RequestId) else {
            return;
        };
        let may_begin = self.followed() < CLOSELY;
        let asked = self.0.entry(request).or_default();
        let looked = match member.joined.with(|picture| seen(picture, request, one.builder_id)) {
            Seen::Waits => {
                asked.waits(one);
                Ok(())
            }
            Seen::Runs(build, usual) => {
                runs(member, one, &build, usual);
                asked.runs(member, one, build.build, may_begin).await
            }
            Seen::Ended(build) => asked.has_ended(member, record, one, build.build).await,
            Seen::Nothing => asked.is_missing(member, record, one, request).await,
        };
        if let Err(error) = looked {
            tracing::debug!(master = %member.key, %error, "of a try's build, something is not known");
            asked.again.put_off();
        }
        if one.settled {
            self.0.remove(&request);
        }
    }
}

/// What the picture has of a request.
enum Seen {
    Waits,
    Runs(Box<Running>, Option<i64>),
    Ended(Box<Finished>),
    Nothing,
}

fn seen(picture: &Picture, request: RequestId, builder: Option<i64>) -> Seen {
    if let Some(running) = picture.running().rev().find(|build| build.request == Some(request)) {
        let builder = picture.builder_of(running.builder);
        let lengths = builder.map(|builder| {
            let lengths = builder
                .finished()
                .map(|build| build.complete_at.since(build.started_at));
            lengths.collect()
        });
        return Seen::Runs(Box::new(running.clone()), lengths.and_then(usual).map(|usual| usual.0));
    }
    let builder = builder.and_then(|builder| picture.builder_of(BuilderId(builder)));
    // One that is made again is not the end.
    let is_it = |build: &&Finished| build.request() == Some(request) && build.results != Some(Results::Retry);
    let ended = builder.and_then(|builder| builder.finished().find(is_it).cloned());
    if let Some(ended) = ended {
        return Seen::Ended(Box::new(ended));
    }
    match picture.requests().any(|waiting| waiting.id == request) {
        true => Seen::Waits,
        false => Seen::Nothing,
    }
}

fn runs(member: &Member, one: &mut Built, build: &Running, usual: Option<i64>) {
    let started_at = member.ours(build.started_at).0;
    if one.build.is_some_and(|before| before != build.build.0) {
        one.applied = TryApplied::Unknown;
    }
    one.state = RUNNING.to_owned();
    one.words = build.state.to_string();
    (one.build, one.number) = (Some(build.build.0), Some(build.number));
    one.started_at = Some(started_at);
    one.expected_at = usual.map(|usual| started_at + usual);
}
