//! What a master tells over the connection on which it took the change.

use crate::api::tries::{TryApplied, TryState};
use crate::service::clock;
use crate::tries::carry::Carrier;
use crate::tries::record::{Built, RUNNING, Record, WAITING};
use model::Results;
use submit::{Submitted, TryNews};

/// Takes in all news, until the last.
pub(super) async fn follow(carrier: &Carrier, mut submitted: Submitted) {
    while let Some(news) = submitted.next().await {
        let now = clock::now().0;
        carrier.change(|record| take_in(record, &news, now)).await;
    }
}

fn take_in(record: &mut Record, news: &TryNews, now: i64) {
    match news {
        TryNews::Requests(names) => {
            for name in names {
                if record.builds.iter().all(|one| one.builder != *name) {
                    record.builds.push(Built::waiting(name));
                }
            }
        }
        TryNews::Lost(reason) => {
            // At a joined master the picture tells on.
            if record.master.is_empty() {
                (record.state, record.ended_at) = (TryState::Sent, Some(now));
                record.words = format!("It was taken, but cannot be followed any more: {reason}");
                record.hint = Some(
                    "Look at the master's own pages; what goes to a joined master is followed by them.".to_owned(),
                );
            }
            return;
        }
        TryNews::Began { builder, .. } => of(record, builder, |one| {
            (one.state, one.started_at) = (RUNNING.to_owned(), Some(now));
            one.words = "building".to_owned();
        }),
        TryNews::StepBegan { builder, step } => of(record, builder, |one| one.words = step.clone()),
        TryNews::StepEnded { builder, step, result } => of(record, builder, |one| {
            let failed = matches!(word(*result), "failure" | "exception");
            if failed && one.failed_step.is_none() {
                one.failed_step = Some(step.clone());
            }
        }),
        TryNews::Expected { builder, seconds } => of(record, builder, |one| {
            one.expected_at = Some(now + (seconds.clamp(0.0, 1e9) * 1000.0) as i64);
        }),
        TryNews::Ended {
            builder, result, text, ..
        } => of(record, builder, |one| {
            one.words = text.clone();
            one.state = match word(*result) {
                "retry" => WAITING.to_owned(),
                word => word.to_owned(),
            };
            if one.is_over() {
                one.ended_at = Some(now);
                // A green build has got its tree.
                if one.is_green() && record_has_patch(one) {
                    one.applied = TryApplied::Applied;
                }
            }
        }),
    }
    record.settle(now);
}

fn record_has_patch(one: &Built) -> bool {
    one.failed_step.is_none()
}

fn of(record: &mut Record, builder: &str, change: impl FnOnce(&mut Built)) {
    if let Some(one) = record.builds.iter_mut().find(|one| one.builder == builder) {
        change(one);
    }
}

/// The result of this number as a word.
fn word(result: i64) -> &'static str {
    let known = u8::try_from(result).ok().and_then(|code| Results::try_from(code).ok());
    known.unwrap_or(Results::Exception).word()
}
