//! Whatever is dropped, repeated or late, a snapshot makes the picture right, and each end is told once.

use super::model::{Act, BUILDERS, Master, Told, shown};
use super::tell;
use client::picture::{Event, Finished, News, Picture, Snapshot};
use model::{BuildId, BuildSetId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// More builds than are begun.
const MOST_BUILDS: i64 = 120;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1..=BUILDERS).prop_map(Act::Ask),
        1 => Just(Act::AskAll),
        4 => Just(Act::Start),
        3 => (0usize..8).prop_map(Act::Work),
        3 => (0usize..8).prop_map(Act::Step),
        2 => (0usize..8).prop_map(Act::Print),
        4 => (0usize..8, 0i64..5).prop_map(|(which, results)| Act::End(which, results)),
        1 => (0usize..8).prop_map(Act::Retry),
        1 => (0usize..8).prop_map(Act::Cancel),
        1 => (1i64..4).prop_map(Act::Worker),
    ]
}

/// What becomes of each event on its way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Heard,
    Lost,
    Twice,
    /// After the next one, if that is of something else.
    Late,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![6 => Just(Fate::Heard), 1 => Just(Fate::Lost), 1 => Just(Fate::Twice), 2 => Just(Fate::Late)]
}

fn on_the_way(told: Vec<Told>, fates: &[Fate], may_lose: bool) -> Vec<Told> {
    let mut heard: Vec<Told> = Vec::new();
    let mut late: Option<Told> = None;
    for (event, fate) in told.into_iter().zip(fates.iter().cycle()) {
        let overtakes = late.as_ref().is_some_and(|late| late.about != event.about);
        if !overtakes {
            heard.extend(late.take());
        }
        match fate {
            Fate::Lost if may_lose => {}
            Fate::Late if late.is_none() => late = Some(event),
            Fate::Twice => heard.extend([event.clone(), event]),
            Fate::Heard | Fate::Lost | Fate::Late => heard.push(event),
        }
        if overtakes {
            heard.extend(late.take());
        }
    }
    heard.extend(late);
    heard
}

/// Who listens: what was told of builds, and that nothing goes back.
#[derive(Default)]
struct Listener {
    picture: Picture,
    ended: BTreeMap<i64, usize>,
    over: BTreeSet<i64>,
    /// Sets of which a build was told and whose end was not: who tells of first failures waits for it.
    awaited: BTreeSet<i64>,
    sets_over: BTreeSet<i64>,
    /// A build was told after the end of its set.
    late: bool,
}

impl Listener {
    fn hear(&mut self, event: &Told) {
        for news in tell(&mut self.picture, &event.key, &event.body) {
            self.note(&news);
        }
        self.check();
    }

    fn read(&mut self, snapshot: Snapshot) {
        let news = self.picture.replace(snapshot);
        self.note(&news);
        self.check();
    }

    /// From now on every build is watched.
    fn watch(&mut self) {
        (1..=MOST_BUILDS).for_each(|build| self.picture.watch(BuildId(build)));
    }

    /// The steps of what is watched were read.
    fn read_steps(&mut self, steps: Vec<Event>) {
        let mut news = Vec::new();
        steps.into_iter().for_each(|event| self.picture.apply(event, &mut news));
        news.iter().for_each(|news| self.note(news));
    }

    /// What is known of the steps of watched builds is what the master has.
    fn knows_steps(&self, master: &Master) {
        (1..=master.last_build()).for_each(|build| master.steps.are_known(&self.picture, build));
    }

    fn note(&mut self, news: &News) {
        let ended: &[Finished] = match news {
            News::BuildFinished(build) => std::slice::from_ref(&**build),
            News::Reset(reset) => &reset.unseen,
            _ => &[],
        };
        for build in ended {
            *self.ended.entry(build.build.0).or_default() += 1;
            let set = build.request().and_then(|request| self.picture.set_of(request));
            if let Some(set) = set.map(|set| set.0) {
                self.late |= self.sets_over.contains(&set);
                self.awaited.insert(set);
            }
        }
        match news {
            News::BuildSetOver(set) => {
                assert!(self.sets_over.insert(set.0), "the end of set {set} is told twice");
                self.awaited.remove(&set.0);
            }
            News::Reset(reset) => {
                let under_way = reset.build_sets.as_ref().expect("they were read");
                self.awaited.retain(|set| under_way.contains(&BuildSetId(*set)));
            }
            _ => {}
        }
    }

    fn check(&mut self) {
        let finished = self.picture.builders().flat_map(|builder| builder.finished());
        self.over.extend(finished.map(|build| build.build.0));
        let back = self.picture.running().find(|build| self.over.contains(&build.build.0));
        assert!(back.is_none(), "what is over runs again: {back:?}");
    }
}

/// Events of acts, and the master after them.
fn acts(master: &mut Master, acts: &[Act]) -> Vec<Told> {
    acts.iter().flat_map(|act| master.act(act)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_snapshot_makes_it_right_without_a_gap_and_without_a_double(
        before in proptest::collection::vec(act(), 0..20),
        while_subscribed in proptest::collection::vec(act(), 0..6),
        while_reading in proptest::collection::vec(act(), 0..6),
        after_reading in proptest::collection::vec(act(), 0..6),
        live in proptest::collection::vec(act(), 0..20),
        away in proptest::collection::vec(act(), 0..30),
        again in proptest::collection::vec(act(), 0..10),
        fates in proptest::collection::vec(fate(), 1..40),
    ) {
        let mut master = Master::default();
        acts(&mut master, &before);
        let mut listener = Listener::default();
        listener.watch();

        // Subscribed; then read in two parts; what is told meanwhile is applied afterwards.
        let mut meanwhile = acts(&mut master, &while_subscribed);
        let mut snapshot = Snapshot::default();
        master.read_running(&mut snapshot);
        meanwhile.extend(acts(&mut master, &while_reading));
        master.read_others(&mut snapshot);
        let steps = master.steps.read();
        let read_over: BTreeSet<i64> = master.builds_over().into_iter().collect();
        meanwhile.extend(acts(&mut master, &after_reading));
        listener.read(snapshot);
        listener.read_steps(steps);
        for event in on_the_way(meanwhile, &fates, false) {
            listener.hear(&event);
        }
        prop_assert_eq!(shown(&listener.picture), shown(&fresh(&master)), "after the first snapshot");
        listener.knows_steps(&master);
        prop_assert!(!listener.late, "a build of a set that was over is told");
        prop_assert!(listener.awaited.is_subset(&master.sets_under_way()), "the end of a set was not told");

        // Live, on a bad line; then away; then read again.
        for event in on_the_way(acts(&mut master, &live), &fates, true) {
            listener.hear(&event);
        }
        acts(&mut master, &away);
        let mut snapshot = Snapshot::default();
        master.read_running(&mut snapshot);
        let meanwhile = acts(&mut master, &again);
        master.read_others(&mut snapshot);
        listener.read(snapshot);
        listener.read_steps(master.steps.read());
        for event in on_the_way(meanwhile, &fates, false) {
            listener.hear(&event);
        }
        prop_assert_eq!(shown(&listener.picture), shown(&fresh(&master)), "after the second snapshot");
        listener.knows_steps(&master);
        prop_assert_eq!(listener.picture.last_build().0, master.last_build());
        prop_assert!(listener.awaited.is_subset(&master.sets_under_way()), "the end of a set was not told");

        for build in master.builds_over() {
            let told = listener.ended.get(&build).copied().unwrap_or_default();
            prop_assert_eq!(told, usize::from(!read_over.contains(&build)), "build {}", build);
        }
    }

    #[test]
    fn what_was_kept_goes_on_where_it_ended(
        before in proptest::collection::vec(act(), 0..40),
        away in proptest::collection::vec(act(), 0..40),
    ) {
        let mut master = Master::default();
        acts(&mut master, &before);
        let over: BTreeSet<i64> = master.builds_over().into_iter().collect();
        let kept = fresh(&master).kept().expect("something is known");
        let text = serde_json::to_string(&kept).expect("JSON");
        acts(&mut master, &away);
        let mut listener = Listener {
            picture: Picture::from_kept(serde_json::from_str(&text).expect("what was kept")),
            ..Listener::default()
        };
        listener.read(master.read());
        let unseen: Vec<i64> = master.builds_over().into_iter().filter(|build| !over.contains(build)).collect();
        prop_assert_eq!(listener.ended.keys().copied().collect::<Vec<_>>(), unseen);
        prop_assert_eq!(shown(&listener.picture), shown(&fresh(&master)));
    }
}

fn fresh(master: &Master) -> Picture {
    let mut picture = Picture::default();
    picture.replace(master.read());
    picture
}

#[test]
fn a_database_made_anew_is_not_taken_for_the_old_one() {
    let mut master = Master::default();
    acts(
        &mut master,
        &[
            Act::Ask(1),
            Act::Start,
            Act::End(0, 2),
            Act::Ask(1),
            Act::Start,
            Act::End(0, 0),
        ],
    );
    let mut picture = Picture::from_kept(fresh(&master).kept().expect("something is known"));
    let mut anew = Master::default();
    acts(&mut anew, &[Act::Ask(2), Act::Start, Act::End(0, 0)]);
    let News::Reset(reset) = picture.replace(anew.read()) else {
        panic!("a reset");
    };
    assert!(reset.renewed && reset.unseen.is_empty(), "{reset:?}");
    assert_eq!(shown(&picture), shown(&fresh(&anew)));
}
