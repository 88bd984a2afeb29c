//! No reference leaks: whatever is passed, kept, dropped and cut, both ends agree on what is held, and in the end nothing
//! is.

use crate::rig::{Pair, echo, empty, pair, soon};
use proptest::prelude::*;
use spread::jelly::Value;
use spread::{BoxFuture, Call, Connection, Counts, Object, Reference};
use std::sync::{Arc, Mutex};

/// Passes, keeps and drops what it is told to. One at each end.
#[derive(Default)]
struct Store {
    objects: Mutex<Vec<Arc<dyn Object>>>,
    kept: Mutex<Vec<Value>>,
}

impl Store {
    /// One of a few objects of its own, or something it got.
    fn some(&self, which: usize) -> Value {
        let kept = self.kept.lock().unwrap();
        if which.is_multiple_of(3) && !kept.is_empty() {
            return kept[which % kept.len()].clone();
        }
        let mut objects = self.objects.lock().unwrap();
        if objects.len() < 4 {
            objects.push(echo());
        }
        Value::Object(Arc::clone(&objects[which % objects.len()]))
    }

    fn drop_some(&self, which: usize) {
        let mut kept = self.kept.lock().unwrap();
        if !kept.is_empty() {
            let at = which % kept.len();
            let dropped = kept.swap_remove(at);
            drop(kept);
            drop(dropped);
        }
    }
}

impl Object for Store {
    fn call<'a>(&'a self, mut call: Call) -> BoxFuture<'a, ()> {
        let which = usize::try_from(call.args.first().and_then(Value::int).unwrap_or_default()).unwrap();
        match call.method.as_str() {
            "keep" => self.kept.lock().unwrap().extend(call.args.drain(1..)),
            "drop" => self.drop_some(which),
            _ => {}
        }
        let answer = if call.method == "get" {
            self.some(which)
        } else {
            Value::None
        };
        call.reply.answer(answer);
        Box::pin(async {})
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// Passes several things at once.
    Pass(Vec<usize>),
    /// Asks for something, and keeps it.
    Get(usize),
    /// Asks for something, and does not wait.
    Forget(usize),
    /// Lets go of something.
    Drop(usize),
    /// Has the other end let go of something.
    HaveDropped(usize),
}

fn step() -> impl Strategy<Value = (bool, Step)> {
    let which = 0_usize..50;
    let step = prop_oneof![
        prop::collection::vec(which.clone(), 0..4).prop_map(Step::Pass),
        which.clone().prop_map(Step::Get),
        which.clone().prop_map(Step::Forget),
        which.clone().prop_map(Step::Drop),
        which.prop_map(Step::HaveDropped),
    ];
    (any::<bool>(), step)
}

/// One end: its store, and the other one's.
struct End {
    connection: Connection,
    store: Arc<Store>,
    other: Reference,
}

impl End {
    async fn take(&self, step: Step) {
        let number = |which: usize| Value::from(i64::try_from(which).unwrap());
        match step {
            Step::Pass(several) => {
                let mut args = vec![number(0)];
                args.extend(several.into_iter().map(|which| self.store.some(which)));
                let _ = self.other.call("keep", args).await;
            }
            Step::Get(which) => {
                if let Ok(got) = self.other.call("get", vec![number(which)]).await {
                    self.store.kept.lock().unwrap().push(got);
                }
            }
            Step::Forget(which) => drop(self.other.send("get", vec![number(which)], vec![]).await),
            Step::Drop(which) => self.store.drop_some(which),
            Step::HaveDropped(which) => drop(self.other.call("drop", vec![number(which)]).await),
        }
    }
}

/// Waits until each end's books say what the other's do, but for `ends` own two objects.
async fn agree(ends: &[End; 2]) {
    let settled = || {
        let [one, other] = [ends[0].connection.counts(), ends[1].connection.counts()];
        let distinct = |end: &End| {
            let kept = end.store.kept.lock().unwrap();
            let mut names: Vec<_> = kept
                .iter()
                .filter(|value| matches!(value, Value::Remote(_)))
                .map(|value| format!("{value:?}"))
                .collect();
            names.push(format!("{:?}", Value::Remote(end.other.clone())));
            names.sort();
            names.dedup();
            names.len()
        };
        one.exported == distinct(&ends[1])
            && other.exported == distinct(&ends[0])
            && one.calls_waiting + other.calls_waiting == 0
    };
    soon("agreement", async {
        while !settled() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn play(steps: Vec<(bool, Step)>, cut: bool) {
    let stores: [Arc<Store>; 2] = Default::default();
    let door = Arc::clone(&stores[1]);
    // The root takes the client's store and gives the server's.
    let met = Arc::new(Mutex::new(None));
    let meeting = Arc::clone(&met);
    let root = crate::rig::object(move |mut call| {
        *meeting.lock().unwrap() = call.args.pop();
        call.reply.answer(Value::Object(door.clone()));
    });
    let Pair { client, server, .. } = pair(root);
    let mine = Value::Object(stores[0].clone());
    let Value::Remote(other) = client.root().call("meet", vec![mine]).await.unwrap() else {
        panic!("no store came");
    };
    let Some(Value::Remote(back)) = met.lock().unwrap().take() else {
        panic!("no store went");
    };
    let [near, far] = stores;
    let ends = [
        End {
            connection: client.clone(),
            store: near,
            other,
        },
        End {
            connection: server.clone(),
            store: far,
            other: back,
        },
    ];
    let half = steps.len() / 2;
    for (number, (which, step)) in steps.into_iter().enumerate() {
        if cut && number == half {
            ends[usize::from(which)].connection.close();
        }
        ends[usize::from(which)].take(step).await;
    }
    if !cut {
        agree(&ends).await;
    }
    for end in ends {
        end.store.kept.lock().unwrap().clear();
        drop(end.other);
    }
    empty(&client).await;
    empty(&server).await;
    assert_eq!(
        (client.counts(), server.counts()),
        (Counts::default(), Counts::default())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn both_ends_agree_and_nothing_is_left(steps in prop::collection::vec(step(), 0..60), cut in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps, cut));
    }
}
