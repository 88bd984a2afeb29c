//! What holds for any sequence of happenings.

use crate::desk::*;
use model::Results;
use proptest::prelude::*;
use std::collections::BTreeMap;
use watch::*;

/// One thing that happens, in small numbers.
#[derive(Clone, Debug)]
enum Move {
    /// A build ends: builder, how far its number runs ahead or lags behind, result, its changes.
    Finish {
        builder: i64,
        skew: i64,
        results: usize,
        changes: Vec<i64>,
        rebuilt: bool,
    },
    Pass {
        minutes: i64,
    },
    Mute {
        builder: i64,
        length: MuteLength,
    },
    Unmute {
        builder: i64,
    },
    Disturb(bool),
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let finish = (
        1..5_i64,
        -2..4_i64,
        0..Results::ALL.len(),
        prop::collection::vec(0..4_i64, 0..3),
        any::<bool>(),
    );
    let finish = finish.prop_map(|(builder, skew, results, changes, rebuilt)| Move::Finish {
        builder,
        skew,
        results,
        changes,
        rebuilt,
    });
    let length = prop_oneof![
        Just(MuteLength::Minutes(30)),
        Just(MuteLength::UntilFixed),
        Just(MuteLength::ForEver)
    ];
    let one = prop_oneof![
        12 => finish,
        2 => (1..90_i64).prop_map(|minutes| Move::Pass { minutes }),
        1 => (0..5_i64, length).prop_map(|(builder, length)| Move::Mute { builder, length }),
        1 => (0..5_i64).prop_map(|builder| Move::Unmute { builder }),
        1 => any::<bool>().prop_map(Move::Disturb),
        1 => Just(Move::Restart),
    ];
    prop::collection::vec(one, 1..60)
}

fn scope(builder_number: i64) -> Scope {
    if builder_number == 0 {
        Scope::All
    } else {
        Scope::Builder(builder(builder_number))
    }
}

/// Three people write the changes; ids rise slowly, so that builds share some.
fn author(id: i64) -> &'static str {
    [ME, BOB, EVE][(id % 3) as usize]
}

struct Run {
    desk: Desk,
    numbers: BTreeMap<i64, i64>,
    turn: i64,
}

impl Run {
    fn new(me: &str) -> Run {
        let mut desk = Desk::green();
        let patterns = Pattern::parse(me).into_iter().collect();
        desk.hear(Happening::Settings(Settings {
            identity: Identity {
                patterns,
                ..Identity::default()
            },
            quiet: Some(QuietHours {
                from: 14 * 60,
                to: 15 * 60,
            }),
            ..Settings::default()
        }));
        Run {
            desk,
            numbers: (1..5).map(|id| (id, 1)).collect(),
            turn: 0,
        }
    }

    fn step(&mut self, what: &Move) -> Vec<Tell> {
        self.turn += 1;
        match what {
            Move::Finish {
                builder,
                skew,
                results,
                changes,
                rebuilt,
            } => {
                let newest = self.numbers[builder];
                let number = (newest + skew).max(1);
                self.numbers.insert(*builder, newest.max(number));
                let ids = changes.iter().map(|ahead| 1 + self.turn / 2 + ahead);
                let changes: Vec<Suspect> = ids.map(|id| change(id, author(id))).collect();
                let mut build = build(*builder, number, Results::ALL[*results], &changes);
                build.rebuilt = *rebuilt;
                self.desk.finish_build(build)
            }
            Move::Pass { minutes } => self.desk.tick_after(*minutes),
            Move::Mute { builder, length } => self.desk.hear(Happening::Mute {
                scope: scope(*builder),
                length: *length,
            }),
            Move::Unmute { builder } => self.desk.hear(Happening::Unmute(scope(*builder))),
            Move::Disturb(on) => self.desk.hear(Happening::DoNotDisturb(*on)),
            Move::Restart => {
                let quiet = self.desk.snapshot().hush.is_some_and(|hush| hush.contains("desktop"));
                self.desk.restart();
                self.desk.hear(Happening::DoNotDisturb(quiet))
            }
        }
    }

    fn colours(&self) -> Vec<Colour> {
        (1..=5).map(|id| self.desk.colour(id)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_break_is_told_aloud_once_and_repaired_aloud_once(moves in moves()) {
        let mut run = Run::new(ME);
        let mut aloud: BTreeMap<(NoticeKey, bool), usize> = BTreeMap::new();
        for what in &moves {
            for tell in run.step(what) {
                if let Tell::Show(notice) = tell && !notice.silent {
                    let broken = notice.title.starts_with("Broken");
                    let count = aloud.entry((notice.id.clone(), broken)).or_default();
                    *count += 1;
                    prop_assert_eq!(*count, 1, "{:#?}", notice);
                }
            }
        }
    }

    #[test]
    fn only_the_blamed_hear_anything(moves in moves()) {
        let mut run = Run::new(ME);
        let mut stranger = Run::new("stranger@example.org");
        for what in &moves {
            prop_assert_eq!(stranger.step(what), vec![]);
            for tell in run.step(what) {
                let Tell::Show(notice) = tell else { continue };
                let Some(id) = notice.id.0.strip_prefix("break-") else { continue };
                let about = run.desk.state.breaks().iter().find(|b| b.id.0.to_string() == id);
                let mine = |b: &Break| b.suspects.iter().any(|s| s.author == ME);
                prop_assert!(about.is_some_and(mine), "{:#?}", notice);
            }
        }
    }

    #[test]
    fn what_changed_since_makes_the_same_picture_as_everything(moves in moves()) {
        let mut run = Run::new(ME);
        let (mut shown, mut since) = (BTreeMap::new(), None);
        for what in &moves {
            run.step(what);
            if matches!(what, Move::Restart) {
                // Another state, with versions of its own.
                since = None;
            }
            let (whole, changed) = run.desk.state.builders_since(since, run.desk.now);
            if whole {
                shown.clear();
            }
            shown.extend(changed.into_iter().map(|view| (view.key.clone(), view)));
            since = Some(run.desk.state.version());
            let all = run.desk.snapshot().builders.into_iter().map(|view| (view.key.clone(), view));
            prop_assert_eq!(&shown, &all.collect::<BTreeMap<_, _>>());
        }
    }

    #[test]
    fn results_without_a_colour_change_none(moves in moves()) {
        let mut run = Run::new(ME);
        for what in &moves {
            let before = run.colours();
            let tells = run.step(what);
            if let Move::Finish { results, .. } = what
                && !Results::ALL[*results].is_green()
                && !Results::ALL[*results].is_red()
            {
                prop_assert_eq!(run.colours(), before);
                prop_assert_eq!(tells, vec![]);
            }
        }
    }

    #[test]
    fn a_muted_desk_shows_and_does_not_tell(moves in moves()) {
        let mut run = Run::new(ME);
        run.step(&Move::Mute { builder: 0, length: MuteLength::ForEver });
        for what in &moves {
            if matches!(what, Move::Mute { builder: 0, .. } | Move::Unmute { builder: 0 }) {
                continue;
            }
            let shown = run.step(what).into_iter().any(|tell| matches!(tell, Tell::Show(_)));
            prop_assert!(!shown);
            prop_assert!(!run.desk.state.tray(run.desk.now).attention);
        }
    }

    #[test]
    fn a_restart_changes_nothing_that_is_told(moves in moves()) {
        let (mut whole, mut restarted) = (Run::new(ME), Run::new(ME));
        for what in &moves {
            let told = whole.step(what);
            prop_assert_eq!(restarted.step(what), told);
            restarted.step(&Move::Restart);
            whole.turn += 1;
            prop_assert_eq!(restarted.desk.state.tray(restarted.desk.now), whole.desk.state.tray(whole.desk.now));
        }
    }

    #[test]
    fn every_counted_build_has_one_verdict_and_the_tray_agrees_with_the_breaks(moves in moves()) {
        let mut run = Run::new(ME);
        for what in &moves {
            run.step(what);
            let snapshot = run.desk.snapshot();
            let view = run.desk.state.tray(run.desk.now);
            let mine = snapshot.breaks.iter().any(|b| b.mine);
            prop_assert_eq!(view.icon.state == IconState::BrokenByMe, mine);
            prop_assert!(!view.attention || (mine && !view.icon.muted));
            let red = snapshot.builders.iter().filter(|b| b.colour == Colour::Red).count();
            let broken: usize = snapshot.breaks.iter().map(|b| b.builders.len()).sum();
            prop_assert_eq!(red, broken);
        }
        let mut builds: Vec<_> = run.desk.state.verdicts().map(|v| v.build.clone()).collect();
        let all = builds.len();
        builds.sort();
        builds.dedup();
        prop_assert_eq!(builds.len(), all);
    }
}
