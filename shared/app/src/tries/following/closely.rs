//! Whether a joined master's build got the patch, found out while it runs: by events, until that is known.
//!
//! A step that applied a patch has a log of it. The master is asked only for the logs of steps that were over before the
//! build was followed, each once.

use crate::api::tries::TryApplied;
use crate::joined::Member;
use client::picture::Watched;
use client::{Channel, Error, LinkState, Watch, rest};
use model::{BuildId, Results, StepId};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// The step that gets the tree is among the first ones.
const FIRST: usize = 6;

/// So long after a step a word about its logs may still be on the way.
const LATE: Duration = Duration::from_secs(3);

/// What is known of the first steps of a build.
#[derive(Default)]
pub(super) struct Closely {
    build: Option<BuildId>,
    watch: Option<Watch>,
    /// There is nothing more to learn while it runs.
    is_done: bool,
    /// Whether steps have the log of a patch.
    patched: BTreeMap<StepId, bool>,
    /// Steps that were over before they were followed, and whose logs nobody tells.
    untold: Option<BTreeSet<StepId>>,
    /// Steps that ended while they were followed, and when that was seen.
    over: BTreeMap<StepId, Instant>,
}

impl Closely {
    /// Whether it is followed.
    pub fn watches(&self) -> bool {
        self.watch.is_some()
    }

    /// What is known by now of a build that runs. With `begin` it is followed from now on, until all is known.
    pub async fn look(&mut self, member: &Member, build: BuildId, begin: bool) -> Result<TryApplied, Error> {
        if self.build != Some(build) {
            *self = Closely {
                build: Some(build),
                ..Closely::default()
            };
        }
        // Where nothing is told, its end tells.
        let is_told = !matches!(
            &*member.joined.link().borrow(),
            LinkState::Live { channel: Channel::Poll }
        );
        if self.is_done || !is_told || !(begin || self.watches()) {
            self.watch = None;
            return Ok(TryApplied::Unknown);
        }
        self.watch.get_or_insert_with(|| member.joined.watch_build(build));
        let Some(steps) = member
            .joined
            .with(|picture| picture.watched(build).map(|known| self.hear(known)))
        else {
            return Ok(TryApplied::Unknown);
        };
        self.ask(member).await?;
        let applied = tell(&steps, &self.patched);
        let all_known = steps.len() == FIRST && steps.iter().all(|step| self.patched.contains_key(&step.id));
        if applied != TryApplied::Unknown || all_known {
            (self.is_done, self.watch) = (true, None);
        }
        Ok(applied)
    }

    /// What is known of a build that is over and has these steps.
    pub async fn end(&mut self, member: &Member, steps: &[rest::Step]) -> Result<TryApplied, Error> {
        self.watch = None;
        for step in first(steps.iter()).filter(|step| step.complete) {
            if tell(steps, &self.patched) != TryApplied::Unknown {
                break;
            }
            if let Entry::Vacant(unknown) = self.patched.entry(step.id) {
                unknown.insert(has_patch(member, step.id).await?);
            }
        }
        Ok(tell(steps, &self.patched))
    }

    /// Takes in what was told; gives the first steps.
    fn hear(&mut self, known: &Watched) -> Vec<rest::Step> {
        let mut steps: Vec<&rest::Step> = known.steps.values().collect();
        steps.sort_by_key(|step| step.number);
        let steps: Vec<rest::Step> = first(steps.into_iter()).cloned().collect();
        for log in known.logs.values().filter(|log| log.slug == "patch") {
            self.patched.extend(log.step.map(|step| (step, true)));
        }
        let ended = steps.iter().filter(|step| step.complete).map(|step| step.id);
        let ended: BTreeSet<StepId> = ended.filter(|step| !self.patched.contains_key(step)).collect();
        if steps.is_empty() {
            return steps;
        }
        let untold = self.untold.get_or_insert_with(|| ended.clone());
        let now = Instant::now();
        for step in ended.into_iter().filter(|step| !untold.contains(step)) {
            let since = *self.over.entry(step).or_insert(now);
            if now.duration_since(since) >= LATE {
                self.patched.insert(step, false);
            }
        }
        steps
    }

    /// Asks what nobody tells.
    async fn ask(&mut self, member: &Member) -> Result<(), Error> {
        for step in self.untold.iter().flatten() {
            if let Entry::Vacant(unknown) = self.patched.entry(*step) {
                unknown.insert(has_patch(member, *step).await?);
            }
        }
        Ok(())
    }
}

fn first<'a>(steps: impl Iterator<Item = &'a rest::Step>) -> impl Iterator<Item = &'a rest::Step> {
    steps.take(FIRST)
}

/// How the step that applied the patch ended tells; while it runs, nothing does.
fn tell(steps: &[rest::Step], patched: &BTreeMap<StepId, bool>) -> TryApplied {
    let refused = |step: &rest::Step| step.state_string.ends_with("(patch not applied)");
    if steps.iter().any(refused) {
        return TryApplied::NotApplied;
    }
    let applies = |step: &&rest::Step| step.complete && patched.get(&step.id) == Some(&true);
    match first(steps.iter()).find(applies).map(|step| step.results) {
        Some(Some(Results::Success | Results::Warnings)) => TryApplied::Applied,
        Some(_) => TryApplied::NotApplied,
        None => TryApplied::Unknown,
    }
}

async fn has_patch(member: &Member, step: StepId) -> Result<bool, Error> {
    let http = member.joined.http();
    let logs: Vec<rest::Log> = http.rows(&format!("steps/{step}/logs?limit=50"), "logs").await?;
    Ok(logs.iter().any(|log| log.slug == "patch"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn step(number: i64, results: Option<u8>, words: &str) -> rest::Step {
        let row = json!({
            "stepid": number + 100, "number": number, "buildid": 1, "name": format!("s{number}"),
            "complete": results.is_some(), "results": results, "state_string": words,
        });
        serde_json::from_value(row).expect("a step")
    }

    fn log(step: &rest::Step, slug: &str) -> rest::Log {
        let row = json!({"logid": step.id.0 * 10, "stepid": step.id.0, "slug": slug, "complete": true, "type": "t"});
        serde_json::from_value(row).expect("a log")
    }

    fn known(steps: &[rest::Step], logs: &[rest::Log]) -> Watched {
        Watched {
            steps: steps.iter().map(|step| (step.id, step.clone())).collect(),
            logs: logs.iter().map(|log| (log.id, log.clone())).collect(),
        }
    }

    #[test]
    fn the_end_of_the_step_with_the_patch_tells() {
        use TryApplied as A;
        let table = [
            (None, "", A::Unknown),
            (Some(0), "", A::Applied),
            (Some(1), "", A::Applied),
            (Some(2), "", A::NotApplied),
            (Some(4), "", A::NotApplied),
            (Some(2), "update (patch not applied)", A::NotApplied),
        ];
        for (results, words, expected) in table {
            let steps = [step(0, Some(0), ""), step(1, results, words)];
            let patched = BTreeMap::from([(steps[0].id, false), (steps[1].id, true)]);
            assert_eq!(tell(&steps, &patched), expected, "{results:?} {words}");
        }
        let late: Vec<rest::Step> = (0..8).map(|number| step(number, Some(0), "")).collect();
        assert_eq!(tell(&late, &BTreeMap::from([(late[7].id, true)])), A::Unknown);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_ended_before_it_was_followed_has_to_be_asked_for() {
        let mut closely = Closely::default();
        assert_eq!(closely.hear(&Watched::default()).len(), 0);
        assert_eq!(closely.untold, None);
        let (early, runs) = (step(0, Some(0), ""), step(1, None, ""));
        closely.hear(&known(&[early.clone(), runs.clone()], &[]));
        assert_eq!(closely.untold, Some(BTreeSet::from([early.id])));

        // The log of a patch may be told after its step's end; one of which nothing comes has none.
        let (ended, next) = (step(1, Some(0), ""), step(2, Some(0), ""));
        let steps = [early.clone(), ended.clone(), next.clone()];
        closely.hear(&known(&steps, &[log(&ended, "stdio")]));
        assert_eq!(closely.patched, BTreeMap::new());
        closely.hear(&known(&steps, &[log(&ended, "patch")]));
        assert_eq!(closely.patched, BTreeMap::from([(ended.id, true)]));
        tokio::time::advance(LATE).await;
        closely.hear(&known(&steps, &[]));
        assert_eq!(closely.patched, BTreeMap::from([(ended.id, true), (next.id, false)]));
        assert_eq!(closely.untold, Some(BTreeSet::from([early.id])));
    }
}
