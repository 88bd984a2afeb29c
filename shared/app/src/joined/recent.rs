//! Long answers of a master that are good for a while, so that a page that asks again and again costs it little.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Answers that are kept at once.
const MOST: usize = 4;
/// For how long.
const GOOD: Duration = Duration::from_secs(60);

/// The last answers, by what was asked.
pub(crate) struct Recent<T>(Mutex<Vec<(String, Instant, Arc<T>)>>);

impl<T> Default for Recent<T> {
    fn default() -> Recent<T> {
        Recent(Mutex::default())
    }
}

impl<T> Recent<T> {
    /// The answer to `question`: a recent one, or a new one by `ask`. A refusal is not kept.
    pub(crate) async fn answer<E>(&self, question: &str, ask: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let known = |kept: &[(String, Instant, Arc<T>)]| {
            let fresh = kept
                .iter()
                .find(|(asked, at, _)| asked == question && at.elapsed() < GOOD);
            fresh.map(|(_, _, answer)| Arc::clone(answer))
        };
        let found = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(answer) = found {
            return Ok(answer);
        }
        let answer = Arc::new(ask.await?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(asked, at, _)| asked != question && at.elapsed() < GOOD);
        if kept.len() >= MOST {
            kept.remove(0);
        }
        kept.push((question.to_owned(), Instant::now(), Arc::clone(&answer)));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(recent: &Recent<i32>, question: &str, answer: i32) -> i32 {
        let answer = recent.answer(question, async { Ok::<_, ()>(answer) }).await;
        *answer.expect("an answer")
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_good_for_a_while_and_few_are_kept() {
        let recent = Recent::default();
        assert_eq!(asked(&recent, "a", 1).await, 1);
        assert_eq!(asked(&recent, "a", 2).await, 1);
        tokio::time::advance(GOOD).await;
        assert_eq!(asked(&recent, "a", 3).await, 3);
        for (at, question) in ["b", "c", "d", "e"].into_iter().enumerate() {
            asked(&recent, question, i32::try_from(at).expect("small")).await;
        }
        assert_eq!(asked(&recent, "a", 4).await, 4);
        let refused: Result<Arc<i32>, &str> = recent.answer("z", async { Err("no") }).await;
        assert_eq!(refused, Err("no"));
        assert_eq!(asked(&recent, "z", 5).await, 5);
    }
}
