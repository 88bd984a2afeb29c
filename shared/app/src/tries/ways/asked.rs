//! Builders' names as masters answered lately: a page may ask again and again, and a slow master holds up nothing.

use crate::news::Newsroom;
use crate::service::{read, write};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use submit::SubmitError;
use submit::pb::PbWay;
use tokio::time::Instant;

/// How long an answer is good, and how long a refusal.
const GOOD: Duration = Duration::from_secs(120);
const BAD: Duration = Duration::from_secs(10);

/// How long a master may take altogether.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of asking.
pub(in crate::tries) type Answer = Result<Vec<String>, SubmitError>;

#[derive(Clone)]
struct Known {
    /// None while it is being asked.
    answer: Option<Answer>,
    at: Instant,
}

/// The answers, by the way that was asked. Clones share them.
#[derive(Clone, Default)]
pub(in crate::tries) struct Asked(Arc<RwLock<BTreeMap<String, Known>>>);

impl Asked {
    /// The answer if it comes in time; asking goes on without the asker, and faces are told when it is over.
    pub async fn names(
        &self,
        key: &str,
        way: PbWay,
        fresh: bool,
        in_time: Duration,
        newsroom: &Newsroom,
    ) -> Option<Answer> {
        let known = read(&self.0).get(key).cloned();
        let usable = |known: &Known| match &known.answer {
            Some(Ok(_)) => !fresh && known.at.elapsed() < GOOD,
            Some(Err(_)) => !fresh && known.at.elapsed() < BAD,
            None => known.at.elapsed() < PATIENCE,
        };
        if let Some(known) = known.filter(usable) {
            return known.answer;
        }
        let asking = Known {
            answer: None,
            at: Instant::now(),
        };
        write(&self.0).insert(key.to_owned(), asking);
        let (shared, newsroom, key) = (self.clone(), newsroom.clone(), key.to_owned());
        let (reply, answered) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let answer = way.builder_names(PATIENCE).await;
            let known = Known {
                answer: Some(answer.clone()),
                at: Instant::now(),
            };
            write(&shared.0).insert(key, known);
            // Nobody waits for it any more: whoever shows it is to ask again.
            if reply.send(answer).is_err() {
                newsroom.tries();
            }
        });
        tokio::time::timeout(in_time, answered).await.ok()?.ok()
    }

    /// What was asked of a master may be different now.
    pub fn forget(&self, key: &str) {
        write(&self.0).remove(key);
    }
}
