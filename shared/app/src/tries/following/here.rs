//! A try on the own master, read from its store.

use super::against::{OfBase, compare};
use super::{Look, Next};
use crate::api::tries::TryApplied;
use crate::service::{clock, usual_of};
use crate::tries::carry::Carrier;
use crate::tries::record::{Built, RUNNING, WAITING};
use model::query::{Filter, Op, Order, Query, Value};
use model::{Build, BuilderId, Json, Properties, RequestId, Results, Step};
use store::rusqlite::{Connection, Result};
use store::{build_requests, builds, source_stamps, steps};

/// Builds of a builder that are looked through for one of the base.
const HISTORY: u64 = 50;

/// The store has all of it.
pub(super) struct Here;

impl Look for Here {
    async fn look(&mut self, carrier: &Carrier) -> Next {
        let record = carrier.record();
        let base = record.job.base.clone();
        let before = record.builds.clone();
        let read = carrier.app.store().read(move |c| {
            let read = before.into_iter().map(|one| of_builder(c, one, base.as_deref()));
            read.collect::<Result<Vec<Built>>>()
        });
        let now = clock::now().0;
        match read.await {
            Ok(builds) => {
                carrier
                    .change(|record| {
                        record.builds = builds;
                        record.settle(now);
                    })
                    .await;
            }
            Err(error) => tracing::warn!("try {}: its builds cannot be read: {error}", carrier.id),
        }
        Next::default()
    }
}

fn of_builder(c: &Connection, mut one: Built, base: Option<&str>) -> Result<Built> {
    let Some(request) = one.request.filter(|_| !one.settled) else {
        return Ok(one);
    };
    let request = RequestId(request);
    let newest = builds::list_of_request(c, request, &newest(1))?.pop();
    let Some(build) = newest else {
        if let Some(row) = build_requests::get(c, request)?.filter(|row| row.complete_at.is_some()) {
            one.state = row.results.unwrap_or(Results::Cancelled).word().to_owned();
            one.words = "it was taken back before it began".to_owned();
            (one.ended_at, one.settled) = (row.complete_at.map(|at| at.0), true);
        }
        return Ok(one);
    };
    let properties = builds::properties(c, build.id)?;
    let steps = steps::of_build(c, build.id)?;
    (one.build, one.number) = (Some(build.id.0), Some(build.number));
    one.started_at = Some(build.started_at.0);
    one.applied = applied(&properties, &steps);
    match build.results.filter(|_| build.complete_at.is_some()) {
        // It is made again.
        Some(Results::Retry) => {
            one.state = WAITING.to_owned();
            one.words = "it is made again".to_owned();
        }
        Some(results) => ended(c, &mut one, &build, results, &steps, base)?,
        None => {
            one.state = RUNNING.to_owned();
            let step = steps.iter().rev().find(|step| step.complete_at.is_none());
            one.words = step.map_or(build.state_string.clone(), |step| step.name.clone());
            let usual = usual_of(c, build.builder)?.map(|usual| usual.0);
            one.expected_at = usual.map(|usual| build.started_at.0 + usual);
        }
    }
    Ok(one)
}

fn ended(
    c: &Connection,
    one: &mut Built,
    build: &Build,
    results: Results,
    steps: &[Step],
    base: Option<&str>,
) -> Result<()> {
    one.state = results.word().to_owned();
    one.words = build.state_string.clone();
    one.ended_at = build.complete_at.map(|at| at.0);
    one.failed_step = failed(steps);
    let of_base = of_base(c, build, base)?;
    (one.against_base, one.base_words) = compare(one.applied, results, one.failed_step.as_deref(), of_base.as_ref());
    one.settled = true;
    Ok(())
}

/// As the own master tells it (see the documentation of Try).
fn applied(properties: &Properties, steps: &[Step]) -> TryApplied {
    match properties.get("patch_applied") {
        Some(Json::Bool(true)) => return TryApplied::Applied,
        Some(Json::Bool(false)) => return TryApplied::NotApplied,
        _ => {}
    }
    let refused = steps
        .iter()
        .any(|step| step.state_string.ends_with("(patch not applied)"));
    if refused {
        TryApplied::NotApplied
    } else {
        TryApplied::Unknown
    }
}

fn failed(steps: &[Step]) -> Option<String> {
    let bad = |wanted| steps.iter().find(|step| step.results == Some(wanted));
    let step = bad(Results::Failure).or_else(|| bad(Results::Exception))?;
    Some(step.name.clone())
}

/// The newest build of the base's revision by the same builder, or else the last one that ended before this one began.
fn of_base(c: &Connection, build: &Build, base: Option<&str>) -> Result<Option<OfBase>> {
    let mut query = newest(HISTORY);
    query.filters.push(Filter {
        field: "builderid".to_owned(),
        op: Op::Eq,
        values: vec![Value::Number(BuilderId(build.builder.0).0)],
    });
    let mut last = None;
    for other in builds::list(c, &query)? {
        if other.id == build.id || other.complete_at.is_none() || is_patched(c, &other)? {
            continue;
        }
        let Some(results) = other.results.filter(|results| results.is_green() || results.is_red()) else {
            continue;
        };
        let properties = builds::properties(c, other.id)?;
        let revision = properties.text("got_revision").or_else(|| properties.text("revision"));
        let exact = base.is_some() && revision == base;
        let before = other.complete_at <= Some(build.started_at);
        if !exact && (last.is_some() || !before) {
            continue;
        }
        let steps = steps::of_build(c, other.id)?;
        let found = OfBase {
            number: other.number,
            results,
            failed_step: failed(&steps),
            exact,
        };
        if exact {
            return Ok(Some(found));
        }
        last = Some(found);
    }
    Ok(last)
}

fn is_patched(c: &Connection, build: &Build) -> Result<bool> {
    let Some(request) = build_requests::get(c, build.request)? else {
        return Ok(false);
    };
    let stamps = source_stamps::for_build_set(c, request.build_set)?;
    Ok(stamps.iter().any(|stamp| stamp.patch_id.is_some()))
}

fn newest(limit: u64) -> Query {
    Query {
        filters: Vec::new(),
        order: vec![Order {
            field: "buildid".to_owned(),
            descending: true,
        }],
        limit: Some(limit),
        offset: 0,
    }
}
