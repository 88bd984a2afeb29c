//! News that wait for who wants them. A slow listener costs memory only up to a limit, and nobody else anything.

use crate::picture::{News, Reset};
use model::{BuildId, BuilderId, LogId, StepId};
use std::collections::{HashMap, VecDeque};
use tokio::sync::mpsc;

/// The most news that wait.
const MOST: usize = 20_000;

/// What makes an older piece of news needless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Same {
    Build(BuildId),
    Step(StepId),
    Log(LogId),
    History(BuilderId),
    Requests,
    Builders,
    Workers,
    Claims,
}

/// What waits, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<News>,
    /// Where in the queue something is that a newer one takes the place of, counted from the first ever.
    places: HashMap<Same, usize>,
    /// How many were taken out.
    taken: usize,
}

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds news; one that only says that something changed takes the place of an older one.
    pub(crate) fn add(&mut self, news: News) {
        if self.waiting.len() >= MOST {
            self.drop_the_oldest_half();
        }
        if let Some(same) = same(&news) {
            let place = self.places.get(&same).and_then(|place| place.checked_sub(self.taken));
            if let Some(older) = place.and_then(|place| self.waiting.get_mut(place)) {
                *older = news;
                return;
            }
            self.places.insert(same, self.taken + self.waiting.len());
        }
        self.waiting.push_back(news);
    }

    /// Who is so far behind reads everything afresh, except what is told once: the builds and build sets that are over.
    fn drop_the_oldest_half(&mut self) {
        let mut unseen = Vec::new();
        let mut more = false;
        let mut renewed = false;
        let mut build_sets = None;
        let mut over = Vec::new();
        for news in self.waiting.drain(..) {
            match news {
                News::BuildFinished(build) => unseen.push(*build),
                News::Reset(reset) => {
                    more |= reset.more;
                    renewed |= reset.renewed;
                    build_sets = reset.build_sets;
                    over.clear();
                    unseen.extend(reset.unseen);
                }
                News::BuildSetOver(set) => over.push(News::BuildSetOver(set)),
                _ => {}
            }
        }
        more |= unseen.len() > MOST / 2;
        unseen.drain(..unseen.len().saturating_sub(MOST / 2));
        self.places.clear();
        self.taken = 0;
        self.waiting.push_back(News::Reset(Box::new(Reset {
            unseen,
            build_sets,
            more,
            renewed,
        })));
        self.waiting.extend(over.split_off(over.len().saturating_sub(MOST / 4)));
    }

    fn take(&mut self) -> Option<News> {
        let news = self.waiting.pop_front()?;
        if let Some(same) = same(&news) {
            self.places.remove(&same);
        }
        self.taken += 1;
        Some(news)
    }

    /// Gives out one when the listener has room; false when it is gone. It may be dropped while it waits.
    pub(crate) async fn give(&mut self, to: &mpsc::Sender<News>) -> bool {
        let Ok(room) = to.reserve().await else {
            return false;
        };
        if let Some(news) = self.take() {
            room.send(news);
        }
        true
    }

    /// Gives out what the listener has room for now.
    pub(crate) fn give_now(&mut self, to: &mpsc::Sender<News>) {
        while !self.is_empty() {
            let Ok(room) = to.try_reserve() else {
                return;
            };
            if let Some(news) = self.take() {
                room.send(news);
            }
        }
    }
}

fn same(news: &News) -> Option<Same> {
    match news {
        News::BuildChanged(build) => Some(Same::Build(*build)),
        News::StepChanged(step) => Some(Same::Step(step.id)),
        News::LogGrew(_, log) => Some(Same::Log(log.id)),
        News::HistoryRead(builder) => Some(Same::History(*builder)),
        News::RequestsChanged => Some(Same::Requests),
        News::BuildersChanged => Some(Same::Builders),
        News::WorkersChanged => Some(Same::Workers),
        News::ClaimsChanged => Some(Same::Claims),
        News::Reset(_)
        | News::BuildStarted(_)
        | News::BuildFinished(_)
        | News::BuildGone(_)
        | News::BuildSetOver(_)
        | News::WorkerMissing(_)
        | News::ChangeArrived(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{About, Finished};
    use model::{RequestId, Time};
    use std::sync::Arc;

    fn finished(build: i64) -> News {
        News::BuildFinished(Box::new(Finished {
            build: BuildId(build),
            builder: BuilderId(1),
            number: build,
            request: RequestId(0),
            worker: 0,
            started_at: Time(0),
            complete_at: Time(0),
            results: None,
            patched: false,
            about: Arc::new(About::default()),
        }))
    }

    fn all(outbox: &mut Outbox) -> Vec<News> {
        std::iter::from_fn(|| outbox.take()).collect()
    }

    #[test]
    fn what_is_only_a_hint_waits_once() {
        let mut outbox = Outbox::default();
        for _ in 0..1000 {
            outbox.add(News::BuildChanged(BuildId(1)));
            outbox.add(News::BuildChanged(BuildId(2)));
            outbox.add(News::RequestsChanged);
        }
        let told = [
            News::BuildChanged(BuildId(1)),
            News::BuildChanged(BuildId(2)),
            News::RequestsChanged,
        ];
        assert_eq!(all(&mut outbox), told);
        outbox.add(News::BuildChanged(BuildId(2)));
        assert_eq!(all(&mut outbox), [News::BuildChanged(BuildId(2))]);
    }

    #[test]
    fn a_listener_who_is_far_behind_still_hears_what_is_told_once() {
        let mut outbox = Outbox::default();
        for build in 0..i64::try_from(MOST).expect("small") + 1 {
            match build % 4 {
                0 => outbox.add(finished(build)),
                _ => outbox.add(News::BuildGone(BuildId(build))),
            }
        }
        let told = all(&mut outbox);
        let [News::Reset(reset), News::BuildFinished(last)] = &told[..] else {
            panic!("{}", told.len());
        };
        assert_eq!(
            (reset.unseen.len(), reset.more, last.build),
            (MOST / 4, false, BuildId(20_000))
        );
    }
}
