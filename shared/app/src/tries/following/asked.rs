//! What a joined master is asked about a try's build, because it does not tell it: each thing once, and after a failure later
//! each time.

use super::against::{OfBase, compare};
use super::closely::Closely;
use super::patience::Patience;
use crate::api::tries::TryApplied;
use crate::joined::Member;
use crate::tries::record::{Built, RUNNING, Record, WAITING};
use client::picture::Finished;
use client::{Error, LinkState, rest};
use model::{BuildId, Json, RequestId, Results};

/// Steps of a build that are read at most.
const STEPS: usize = 500;

/// What is known of the build of one request.
#[derive(Default)]
pub(super) struct Asked {
    pub closely: Closely,
    /// After a question that failed.
    pub again: Patience,
    /// While the picture has nothing of it.
    missing: Patience,
}

impl Asked {
    /// When to ask again.
    pub fn due(&self) -> Option<tokio::time::Instant> {
        [self.again.due(), self.missing.due()].into_iter().flatten().min()
    }

    /// It waits; after a build of it that is made again, too.
    pub fn waits(&mut self, one: &mut Built) {
        self.missing = Patience::default();
        made_again(one);
    }

    /// Its build runs.
    pub async fn runs(
        &mut self,
        member: &Member,
        one: &mut Built,
        build: BuildId,
        may_begin: bool,
    ) -> Result<(), Error> {
        self.missing = Patience::default();
        if one.applied == TryApplied::Unknown && self.again.is_over() {
            one.applied = self.closely.look(member, build, may_begin).await?;
        }
        Ok(())
    }

    /// Its build is over.
    pub async fn has_ended(
        &mut self,
        member: &Member,
        record: &Record,
        one: &mut Built,
        build: BuildId,
    ) -> Result<(), Error> {
        if !self.again.is_over() {
            return Ok(());
        }
        let row = build_row(member, build).await?;
        self.ended(member, record, one, &row).await
    }

    /// What the picture does not have: its build is about to begin, it ended while nobody listened, or it was taken back.
    pub async fn is_missing(
        &mut self,
        member: &Member,
        record: &Record,
        one: &mut Built,
        request: RequestId,
    ) -> Result<(), Error> {
        // Of a master that is away, everything is told when it is back.
        let is_live = matches!(&*member.joined.link().borrow(), LinkState::Live { .. });
        if !is_live || !self.missing.is_over() {
            return Ok(());
        }
        let is_due = self.missing.has_begun();
        self.missing.put_off();
        match is_due {
            true => self.of_rest(member, record, one, request).await,
            false => Ok(()),
        }
    }

    async fn of_rest(
        &mut self,
        member: &Member,
        record: &Record,
        one: &mut Built,
        request: RequestId,
    ) -> Result<(), Error> {
        let http = member.joined.http();
        let path = format!("builds?buildrequestid={request}&order=-buildid&limit=1&property=patch_applied");
        let rows: Vec<rest::Build> = http.rows(&path, "builds").await?;
        if let Some(row) = rows.first() {
            return match row.complete {
                true => self.ended(member, record, one, row).await,
                false => {
                    (one.state, one.words) = (RUNNING.to_owned(), row.state_string.clone());
                    (one.build, one.number) = (Some(row.id.0), Some(row.number));
                    one.started_at = row.started_at.map(|at| member.ours(at).0);
                    Ok(())
                }
            };
        }
        let row: rest::Request = http
            .row(&format!("buildrequests/{request}?limit=1"), "buildrequests")
            .await?;
        if row.complete {
            one.state = row.results.unwrap_or(Results::Cancelled).word().to_owned();
            one.words = "it was taken back before it began".to_owned();
            one.ended_at = row.complete_at.map(|at| member.ours(at).0);
            one.settled = true;
        }
        Ok(())
    }

    async fn ended(
        &mut self,
        member: &Member,
        record: &Record,
        one: &mut Built,
        row: &rest::Build,
    ) -> Result<(), Error> {
        if one.build.is_some_and(|before| before != row.id.0) {
            one.applied = TryApplied::Unknown;
        }
        (one.build, one.number) = (Some(row.id.0), Some(row.number));
        one.started_at = row.started_at.map(|at| member.ours(at).0);
        let results = row.results.unwrap_or(Results::Exception);
        if results == Results::Retry {
            made_again(one);
            return Ok(());
        }
        match row.properties.get("patch_applied") {
            Some(Json::Bool(true)) => one.applied = TryApplied::Applied,
            Some(Json::Bool(false)) => one.applied = TryApplied::NotApplied,
            _ => {}
        }
        if one.applied == TryApplied::Unknown || !results.is_green() {
            let steps = steps(member, row.id).await?;
            if one.applied == TryApplied::Unknown {
                one.applied = self.closely.end(member, &steps).await?;
            }
            one.failed_step = failed(&steps);
        }
        let base = of_base(member, record, row).await?;
        (one.against_base, one.base_words) = compare(one.applied, results, one.failed_step.as_deref(), base.as_ref());
        one.state = results.word().to_owned();
        one.words = row.state_string.clone();
        one.ended_at = row.complete_at.map(|at| member.ours(at).0);
        one.settled = true;
        Ok(())
    }
}

/// A build of it that was seen to run is made again.
fn made_again(one: &mut Built) {
    if one.state == RUNNING && one.build.is_some() {
        (one.state, one.words) = (WAITING.to_owned(), "it is made again".to_owned());
        one.applied = TryApplied::Unknown;
    }
}

async fn build_row(member: &Member, build: BuildId) -> Result<rest::Build, Error> {
    let http = member.joined.http();
    http.row(&format!("builds/{build}?property=patch_applied"), "builds")
        .await
}

async fn steps(member: &Member, build: BuildId) -> Result<Vec<rest::Step>, Error> {
    let http = member.joined.http();
    let mut steps: Vec<rest::Step> = http
        .rows(&format!("builds/{build}/steps?limit={STEPS}"), "steps")
        .await?;
    steps.sort_by_key(|step| step.number);
    Ok(steps)
}

fn failed(steps: &[rest::Step]) -> Option<String> {
    let bad = |wanted| steps.iter().find(|step| step.results == Some(wanted));
    let step = bad(Results::Failure).or_else(|| bad(Results::Exception))?;
    Some(step.name.clone())
}

/// The newest build of the base's revision by the same builder, or else the last one before this one began.
async fn of_base(member: &Member, record: &Record, build: &rest::Build) -> Result<Option<OfBase>, Error> {
    let base = record.job.base.as_deref();
    let found = member.joined.with(|picture| {
        let builder = picture.builder_of(build.builder)?;
        let telling = |other: &&Finished| other.build != build.id && other.is_green().is_some();
        // Whose set is known is known to have built no patch. Of the others, the sender's own may have been tries.
        let is_plain = |other: &&Finished| {
            let set = other.request().and_then(|request| picture.set_of(request));
            set.is_some() || !other.about.owners.iter().any(|owner| **owner == *record.job.who)
        };
        let others: Vec<&Finished> = builder.finished().filter(telling).filter(is_plain).collect();
        let exact = others
            .iter()
            .find(|other| base.is_some() && other.about.revision.as_deref() == base);
        let before = || others.iter().find(|other| Some(other.complete_at) <= build.started_at);
        exact
            .map(|found| ((*found).clone(), true))
            .or_else(|| before().map(|found| ((*found).clone(), false)))
    });
    let Some((other, exact)) = found else { return Ok(None) };
    let Some(results) = other.results else { return Ok(None) };
    let failed_step = match results.is_red() {
        true => failed(&steps(member, other.build).await?),
        false => None,
    };
    Ok(Some(OfBase {
        number: other.number,
        results,
        failed_step,
        exact,
    }))
}
