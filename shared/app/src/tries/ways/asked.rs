//! What masters answered lately of what may be tried there: a page may ask again and again, and a slow master holds up
//! nothing.

use crate::news::Newsroom;
use crate::service::{read, write};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use submit::pb::PbWay;
use submit::{Offer, SubmitError};
use tokio::time::Instant;

/// How long an answer is good, and how long a refusal.
const GOOD: Duration = Duration::from_secs(120);
const BAD: Duration = Duration::from_secs(10);

/// How long a master may take altogether.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers that are remembered: of more, the oldest are forgotten.
const MOST: usize = 64;

/// What came of asking.
pub(in crate::tries) type Answer = Result<Offer, SubmitError>;

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
    pub async fn offer(
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
        self.remember(key, asking);
        let (shared, newsroom, key) = (self.clone(), newsroom.clone(), key.to_owned());
        let (reply, answered) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let answer = way.offer(PATIENCE).await;
            let known = Known {
                answer: Some(answer.clone()),
                at: Instant::now(),
            };
            shared.remember(&key, known);
            // Nobody waits for it any more: whoever shows it is to ask again.
            if reply.send(answer).is_err() {
                newsroom.tries();
            }
        });
        tokio::time::timeout(in_time, answered).await.ok()?.ok()
    }

    /// Whether the master was an Outpost when it last answered.
    pub fn is_outpost(&self, key: &str) -> bool {
        let known = read(&self.0).get(key).and_then(|known| known.answer.clone());
        matches!(known, Some(Ok(offer)) if offer.outpost)
    }

    fn remember(&self, key: &str, known: Known) {
        let mut all = write(&self.0);
        if all.len() >= MOST && !all.contains_key(key) {
            let oldest = all.iter().min_by_key(|(_, known)| known.at).map(|(key, _)| key.clone());
            oldest.map(|oldest| all.remove(&oldest));
        }
        all.insert(key.to_owned(), known);
    }

    /// What was asked of a master may be different now.
    pub fn forget(&self, key: &str) {
        write(&self.0).remove(key);
    }
}
