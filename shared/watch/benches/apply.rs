//! What a busy farm costs: 20 masters with 500 builders each, all known, some red.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use model::{BuildId, BuilderId, ChangeId, Results, Time};
use std::hint::black_box;
use watch::{
    BuildKey, BuilderInfo, BuilderKey, FinishedBuild, Happening, Identity, Link, MasterKey, Pattern, Settings,
    StartedBuild, State, Suspect,
};

const MASTERS: i64 = 20;
const BUILDERS: i64 = 500;
const NOON: Time = Time::from_seconds(1_795_176_000);

fn master(at: i64) -> MasterKey {
    MasterKey(format!("farm-{at}"))
}

fn key(at: i64) -> BuilderKey {
    BuilderKey::new(&master(at / BUILDERS % MASTERS), BuilderId(at % BUILDERS + 1))
}

fn started(at: i64, number: i64) -> Happening {
    Happening::Started(StartedBuild {
        build: BuildKey::new(&key(at).master, BuildId(at * 1000 + number)),
        builder: key(at),
        number,
        started_at: NOON,
    })
}

fn finished(at: i64, number: i64, results: Results) -> Happening {
    let change = |id: i64| Suspect {
        change: ChangeId(id),
        author: format!("Person {} <p{}@example.org>", id % 40, id % 40),
        revision: Some(format!("{id:08x}").repeat(5)),
        branch: Some("main".to_owned()),
        repository: "https://example.org/app.git".to_owned(),
        comments: "A change\n\nwith a body".to_owned(),
    };
    Happening::Finished(Box::new(FinishedBuild {
        build: BuildKey::new(&key(at).master, BuildId(at * 1000 + number)),
        builder: key(at),
        number,
        results,
        started_at: NOON,
        complete_at: NOON.plus_millis(60_000),
        failed: None,
        changes: (0..3).map(|n| change(number * 3 + n)).collect(),
        owners: Vec::new(),
        reason: "scheduler".to_owned(),
        build_set: None,
        rebuilt: false,
        branches: Vec::new(),
        tree: Some(format!("tree {number}")),
        patched: false,
    }))
}

/// Every builder has five builds; one in fifty is red, one in a hundred builds.
fn farm() -> State {
    let mut state = State::default();
    let settings = Settings {
        identity: Identity {
            patterns: Pattern::parse("p1@example.org").into_iter().collect(),
            ..Identity::default()
        },
        ..Settings::default()
    };
    state.apply(NOON, Happening::Settings(settings));
    for at in 0..MASTERS {
        let (master, title) = (master(at), format!("Farm {at}"));
        let builders = (0..BUILDERS).map(|builder| BuilderInfo {
            key: key(at * BUILDERS + builder),
            name: format!("runtests-{builder:03}-linux"),
            tags: vec!["linux".to_owned()],
            project: Some("app".to_owned()),
            can_force: true,
        });
        let builders = builders.collect();
        let link = Link::Live;
        state.apply(
            NOON,
            Happening::Master {
                master: master.clone(),
                title,
                link,
            },
        );
        state.apply(NOON, Happening::Builders { master, builders });
    }
    for at in 0..MASTERS * BUILDERS {
        for number in 1..=5 {
            let red = number == 5 && at % 50 == 0;
            let results = if red { Results::Failure } else { Results::Success };
            state.apply(NOON, finished(at, number, results));
        }
        if at % 100 == 0 {
            state.apply(NOON, started(at, 6));
        }
    }
    state.changes();
    state
}

fn apply(c: &mut Criterion) {
    let state = farm();
    let mut group = c.benchmark_group("10000 builders");
    let mut at = 0;
    let mut busy = state.clone();
    group.bench_function("a build begins and ends", |b| {
        b.iter(|| {
            at += 1;
            let number = 7 + at / (MASTERS * BUILDERS);
            black_box(busy.apply(NOON, started(at, number)));
            black_box(busy.apply(NOON, finished(at, number, Results::Success)))
        });
    });
    group.bench_function("the tray", |b| b.iter(|| black_box(state.tray(NOON))));
    group.bench_function("the whole snapshot", |b| b.iter(|| black_box(state.snapshot(NOON))));
    group.bench_function("500 builders to keep", |b| {
        let touched = || {
            let mut state = state.clone();
            for at in 0..500 {
                state.apply(NOON, finished(at, 8, Results::Success));
            }
            state
        };
        b.iter_batched(touched, |mut state| black_box(state.changes()), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_secs(1));
    targets = apply
}
criterion_main!(benches);
