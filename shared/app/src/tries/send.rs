//! Sending a kept try by its way, and asking whether it arrived when no answer came.

use super::access;
use super::carry::password_of;
use super::following::find;
use super::record::{Built, Record, Route};
use crate::api::Refusal;
use crate::api::tries::TryWay;
use crate::joined::Member;
use crate::service::{App, read};
use client::rest::ForceScheduler;
use master::{TryOrigin, TryRefusal};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use submit::pb::PbWay;
use submit::{Arrived, SubmitError, Submitted, form, limits, ssh};
use wire::try_job::{TryJob, jobdir};

/// What came of sending.
pub(super) enum Sent {
    /// The builds are known by their set.
    Set(i64, BTreeMap<i64, i64>),
    /// The master tells by the same connection.
    Followed(Box<Submitted>),
    /// It is there, and no more is known.
    Delivered,
}

pub(super) async fn send(app: &App, id: i64, record: &Record, body: Vec<u8>) -> Result<Sent, SubmitError> {
    let job = record.job.whole(body);
    match &record.route {
        Route::Desk => at_desk(app, job).await,
        Route::Joined { way, master } => {
            let member = member(app, master)?;
            let found = access::of_folder(Path::new(&record.root)).await;
            let kept = access::of_member(app, &member, found.as_ref().map(|(kept, _)| kept));
            let kept = kept.await.map_err(lasting)?;
            match way {
                TryWay::Ssh => {
                    let limit = limits::job_file(kept.job_limit, member.is_outpost());
                    by_ssh(&kept.over_ssh(), &job, limit).await
                }
                _ => {
                    let password = access::password(app, &member, &kept).await.map_err(lasting)?;
                    by_pb(&kept.address, &kept.user, &password, &job).await
                }
            }
        }
        Route::Form { master, scheduler } => by_form(&*member(app, master)?, scheduler, &job).await,
        Route::Named {
            reach: TryWay::Ssh,
            job_limit,
            ..
        } => {
            let limit = limits::job_file(*job_limit, false);
            by_ssh(&named_ssh(&record.route), &job, limit).await
        }
        Route::Named {
            address, user, file, ..
        } => {
            let password = named_password(app, id, file.as_deref()).await?;
            by_pb(address, user, &password, &job).await
        }
    }
}

fn member(app: &App, master: &str) -> Result<Arc<Member>, SubmitError> {
    app.farm
        .get(master)
        .ok_or_else(|| lasting(crate::joined::not_joined(master)))
}

fn lasting(refusal: Refusal) -> SubmitError {
    SubmitError {
        message: refusal.message,
        hint: refusal.hint,
        arrived: Arrived::No,
        passing: false,
    }
}

async fn at_desk(app: &App, job: TryJob) -> Result<Sent, SubmitError> {
    let asked = app.master.submit_try(job, TryOrigin::Desk).await;
    let asked = asked.map_err(|error| {
        let hint = match &error {
            TryRefusal::Builders { .. } | TryRefusal::NoBuilders => "Choose among the builders of the configuration.",
            TryRefusal::Master(_) => "See the page Now for what is wrong with this program's master.",
        };
        lasting(Refusal::failed(error.to_string()).hint(hint))
    })?;
    let requests = asked.requests.iter().map(|(builder, request)| (builder.0, request.0));
    Ok(Sent::Set(asked.set.0, requests.collect()))
}

async fn by_pb(address: &str, user: &str, password: &str, job: &TryJob) -> Result<Sent, SubmitError> {
    let way = PbWay::new(address, user, password)?;
    Ok(Sent::Followed(Box::new(way.submit(job).await?)))
}

async fn by_ssh(way: &ssh::SshWay, job: &TryJob, limit: usize) -> Result<Sent, SubmitError> {
    let file = jobdir::encode(job);
    limits::as_job_file(file.len(), limit)?;
    way.deliver(&file, submit::patience(file.len())).await?;
    Ok(Sent::Delivered)
}

fn named_ssh(route: &Route) -> ssh::SshWay {
    match route {
        Route::Named {
            address,
            user,
            port,
            jobdir,
            ssh,
            buildbotbin,
            ..
        } => ssh::SshWay {
            host: address.clone(),
            user: user.clone(),
            port: *port,
            jobdir: jobdir.clone(),
            ssh: ssh.clone(),
            buildbotbin: buildbotbin.clone(),
        },
        _ => ssh::SshWay::default(),
    }
}

/// Of the file that named the master, or of whoever named it for this try.
async fn named_password(app: &App, id: i64, file: Option<&Path>) -> Result<String, SubmitError> {
    let given = read(&app.tries.inner.passwords).get(&password_of(id)).cloned();
    if let Some(given) = given {
        return Ok(given);
    }
    let gone = || {
        lasting(
            Refusal::unavailable("the password was given for one run of this program, which has ended")
                .hint("Submit the change again."),
        )
    };
    let folder = file.and_then(Path::parent).and_then(Path::parent).ok_or_else(gone)?;
    let found = access::of_folder(folder).await;
    found.and_then(|(kept, _)| kept.password).ok_or_else(gone)
}

async fn by_form(member: &Member, scheduler: &str, job: &TryJob) -> Result<Sent, SubmitError> {
    let http = member.http();
    // Asked first: where nobody answers, nothing was sent.
    let forms: Result<Vec<ForceScheduler>, _> = http.rows("forceschedulers?limit=1000", "forceschedulers").await;
    let forms = forms.map_err(|error| SubmitError {
        passing: error.is_passing(),
        ..lasting(Refusal::unavailable(format!("{}: {error}", member.key)))
    })?;
    let one = forms.iter().find(|one| one.name == scheduler && form::takes_patch(one));
    let one = one.ok_or_else(|| {
        let words = format!("{} has no form '{scheduler}' that takes a patch any more", member.key);
        lasting(Refusal::not_found(words).hint("Choose another way."))
    })?;
    let forced = form::submit(&http, one, job).await?;
    let requests = forced.requests.iter().map(|(builder, request)| (builder.0, request.0));
    Ok(Sent::Set(forced.build_set.0, requests.collect()))
}

/// What was found of a try whose answer was lost.
pub(super) enum Found {
    /// It is there.
    Set(i64, BTreeMap<i64, i64>),
    /// It is not.
    NotThere,
    /// Nobody can be asked.
    Unknown,
}

/// Whether a master has a try that was sent.
pub(super) async fn look_for(app: &App, record: &Record) -> Found {
    if record.route == Route::Desk {
        return find::here(app, &record.job.id).await;
    }
    match app.farm.get(&record.master) {
        Some(member) => find::there(app, &member, record).await,
        None => Found::Unknown,
    }
}

/// The builders that a set's requests are of.
pub(super) fn builds_of(record: &mut Record, set: i64, requests: &BTreeMap<i64, i64>, name: impl Fn(i64) -> String) {
    record.build_set = Some(set);
    for (builder, request) in requests {
        let called = name(*builder);
        let known = record
            .builds
            .iter_mut()
            .find(|one| one.builder == called || one.builder_id == Some(*builder));
        let one = match known {
            Some(one) => one,
            None => {
                record.builds.push(Built::waiting(&called));
                let last = record.builds.len() - 1;
                &mut record.builds[last]
            }
        };
        (one.builder_id, one.request) = (Some(*builder), Some(*request));
    }
}
