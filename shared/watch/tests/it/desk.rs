//! A person's desk: one state, a clock that the test moves, and builds in a few words.

use model::{BuildId, BuildSetId, BuilderId, ChangeId, Results, Time};
use std::collections::BTreeMap;
use watch::*;

/// Friday 2026-11-20, 12:00 UTC.
pub const NOON: Time = Time::from_seconds(1_795_176_000);
pub const MINUTE: i64 = 60_000;

pub const ME: &str = "Ada Lovelace <ada@example.org>";
pub const BOB: &str = "Bob <bob@example.org>";
pub const EVE: &str = "Eve <eve@example.org>";

pub struct Desk {
    pub state: State,
    pub now: Time,
    /// The rows that were kept so far.
    pub kept: BTreeMap<String, String>,
}

/// A builder by a short number: `builder(1)` is `b1`.
pub fn builder(id: i64) -> BuilderKey {
    BuilderKey::new(&MasterKey::bundled(), BuilderId(id))
}

pub fn info(id: i64) -> BuilderInfo {
    BuilderInfo {
        key: builder(id),
        name: format!("b{id}"),
        tags: vec![if id % 2 == 0 {
            "even".to_owned()
        } else {
            "odd".to_owned()
        }],
        project: Some("app".to_owned()),
        can_force: false,
    }
}

/// A change; its revision is its id, many times.
pub fn change(id: i64, author: &str) -> Suspect {
    Suspect {
        change: ChangeId(id),
        author: author.to_owned(),
        revision: Some(format!("{id:08x}").repeat(5)),
        branch: None,
        repository: "/src/app".to_owned(),
        comments: format!("Change {id}\n\nmore"),
    }
}

/// A build of `b<id>` with that number; it took a minute and ends at noon.
pub fn build(id: i64, number: i64, results: Results, changes: &[Suspect]) -> FinishedBuild {
    let failed = FailedStep {
        number: 2,
        name: "compile".to_owned(),
        log: Some(LogPlace {
            id: None,
            slug: "stdio".to_owned(),
            line: Some(41),
            text: Some("main.c:7: error: no".to_owned()),
        }),
    };
    FinishedBuild {
        build: BuildKey::new(&MasterKey::bundled(), BuildId(id * 1000 + number)),
        builder: builder(id),
        number,
        results,
        started_at: NOON.plus_millis(-MINUTE),
        complete_at: NOON,
        failed: results.is_red().then_some(failed),
        changes: changes.to_vec(),
        owners: Vec::new(),
        reason: "scheduler".to_owned(),
        build_set: None,
        rebuilt: false,
        branches: Vec::new(),
        tree: None,
        patched: false,
    }
}

impl Desk {
    /// Nothing is configured or known.
    pub fn empty() -> Desk {
        Desk {
            state: State::default(),
            now: NOON,
            kept: BTreeMap::new(),
        }
    }

    /// Keeps what changed, as the program does, and begins anew with it.
    pub fn restart(&mut self) {
        for (name, body) in self.state.changes() {
            match body {
                Some(body) => self.kept.insert(name, body),
                None => self.kept.remove(&name),
            };
        }
        let (state, bad) = State::restore(self.kept.clone());
        assert!(bad.is_empty(), "{bad:?}");
        self.state = state;
    }

    /// The person is Ada, and follows the builders b1 to b5.
    pub fn new() -> Desk {
        let mut desk = Desk::empty();
        desk.now = NOON.plus_millis(-60 * MINUTE);
        let (master, title) = (MasterKey::bundled(), "This machine".to_owned());
        desk.hear(Happening::Settings(settings()));
        desk.hear(Happening::Master {
            master: master.clone(),
            title,
            link: Link::Live,
        });
        desk.hear(Happening::Builders {
            master,
            builders: (1..=5).map(info).collect(),
        });
        desk.now = NOON;
        desk
    }

    /// Builders b1 to b5 are green by build #1 of change 1, which is Bob's.
    pub fn green() -> Desk {
        let mut desk = Desk::new();
        for id in 1..=5 {
            assert_eq!(desk.finish(id, 1, Results::Success, &[change(1, BOB)]), []);
        }
        desk
    }

    pub fn hear(&mut self, happening: Happening) -> Vec<Tell> {
        self.state.apply(self.now, happening)
    }

    pub fn finish(&mut self, id: i64, number: i64, results: Results, changes: &[Suspect]) -> Vec<Tell> {
        self.finish_build(build(id, number, results, changes))
    }

    /// The build ends now.
    pub fn finish_build(&mut self, mut build: FinishedBuild) -> Vec<Tell> {
        build.complete_at = self.now;
        build.started_at = self.now.plus_millis(-MINUTE);
        self.hear(Happening::Finished(Box::new(build)))
    }

    pub fn tick_after(&mut self, minutes: i64) -> Vec<Tell> {
        self.now = self.now.plus_millis(minutes * MINUTE);
        self.hear(Happening::Tick { utc_offset_minutes: 0 })
    }

    pub fn snapshot(&self) -> Snapshot {
        self.state.snapshot(self.now)
    }

    pub fn colour(&self, id: i64) -> Colour {
        let snapshot = self.snapshot();
        snapshot
            .builders
            .iter()
            .find(|b| b.key == builder(id))
            .map(|b| b.colour)
            .unwrap()
    }

    /// Why the build was told or not.
    pub fn why(&self, id: i64, number: i64) -> &Verdict {
        let key = BuildKey::new(&MasterKey::bundled(), BuildId(id * 1000 + number));
        self.state.why(&key).expect("a verdict")
    }
}

pub fn settings() -> Settings {
    Settings {
        identity: Identity {
            patterns: vec![Pattern::Mail("ada@example.org".to_owned())],
            ..Identity::default()
        },
        ..Settings::default()
    }
}

/// The notice that a person hears, and there is no other.
#[track_caller]
pub fn aloud(tells: &[Tell]) -> &Notice {
    match tells {
        [Tell::Show(notice)] if !notice.silent => notice,
        other => panic!("one notice aloud was expected, not {other:#?}"),
    }
}

/// The update that a person does not hear, and there is nothing else.
#[track_caller]
pub fn silent(tells: &[Tell]) -> &Notice {
    match tells {
        [Tell::Show(notice)] if notice.silent => notice,
        other => panic!("one silent update was expected, not {other:#?}"),
    }
}

pub fn with_set(mut build: FinishedBuild, set: i64) -> FinishedBuild {
    build.build_set = Some(BuildSetId(set));
    build
}
