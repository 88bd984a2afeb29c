//! What becomes of a job that was taken (`try-and-sendchange` §1.2).

use super::ask::Line;
use super::subscriber::{Follower, cut};
use spread::jelly::Value;
use spread::{CallError, Reference};
use std::time::Duration;
use tokio::sync::mpsc;

/// So much news waits for whoever reads it; then the master waits.
const WAITING: usize = 256;

/// A master that says what it has taken answers within this.
const PATIENCE: Duration = Duration::from_secs(60);

/// News of a job, in the order in which the master tells it. A master numbers no builds here: a build is known by its
/// builder and by `attempt`, which counts that builder's builds from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum TryNews {
    /// Its builders, one request each. Always the first.
    Requests(Vec<String>),
    /// A build began.
    Began {
        /// Its builder.
        builder: String,
        /// From 1; above when the build before is made again.
        attempt: u32,
    },
    /// A step began.
    StepBegan {
        /// The build's builder.
        builder: String,
        /// The step's name.
        step: String,
    },
    /// A step ended.
    StepEnded {
        /// The build's builder.
        builder: String,
        /// The step's name.
        step: String,
        /// Buildbot's result code, 0 to 6.
        result: i64,
    },
    /// A build will take so long yet. Masters since Buildbot 0.9 do not say.
    Expected {
        /// The build's builder.
        builder: String,
        /// From now.
        seconds: f64,
    },
    /// A build ended. With the result 5 it is made again, and the next one is followed.
    Ended {
        /// Its builder.
        builder: String,
        /// As in [`TryNews::Began`].
        attempt: u32,
        /// Buildbot's result code, 0 to 6.
        result: i64,
        /// The build's state in words.
        text: String,
    },
    /// The master is gone, or makes no sense any more: nothing more is told here, though it may build on. Always the last.
    Lost(String),
}

/// A job that a master has taken. Dropping it ends the connection, not the builds.
#[derive(Debug)]
pub struct Submitted {
    news: mpsc::Receiver<TryNews>,
}

impl Submitted {
    pub(super) fn follow(line: Line, set: Reference) -> Submitted {
        let (sender, news) = mpsc::channel(WAITING);
        tokio::spawn(follow(line, set, sender));
        Submitted { news }
    }

    /// The next news; `None` when every builder has ended, or after [`TryNews::Lost`]. Waits as long as the builds take: a
    /// request that is cancelled before it is built is never told of by a master, so look there as well.
    pub async fn next(&mut self) -> Option<TryNews> {
        self.news.recv().await
    }
}

async fn follow(line: Line, set: Reference, news: mpsc::Sender<TryNews>) {
    let lost = tokio::select! {
        ended = to_the_end(&set, &news) => ended.err(),
        reason = line.connection.closed() => Some(reason.to_string()),
        () = news.closed() => None,
    };
    if let Some(reason) = lost {
        // Nobody listens any more.
        let _ = news.send(TryNews::Lost(reason)).await;
    }
}

async fn to_the_end(set: &Reference, news: &mpsc::Sender<TryNews>) -> Result<(), String> {
    let requests = requests(answer(set, "getBuildRequests", Vec::new()).await?)?;
    let names = requests.iter().map(|(name, _)| name.clone()).collect();
    // Nobody listens any more: the caller notices it.
    let _ = news.send(TryNews::Requests(names)).await;
    let (ended, mut ends) = mpsc::unbounded_channel();
    for (number, (builder, request)) in requests.iter().enumerate() {
        let follower = Follower::of(builder.clone(), number, news.clone(), ended.clone());
        answer(request, "subscribe", vec![follower.into()]).await?;
    }
    drop(ended);
    let mut over = vec![false; requests.len()];
    while !over.iter().all(|over| *over) {
        match ends.recv().await {
            Some(Ok(number)) => over[number] = true,
            Some(Err(reason)) => return Err(reason),
            None => return Err("the master follows the builds no longer".to_owned()),
        }
    }
    Ok(())
}

fn requests(answer: Value) -> Result<Vec<(String, Reference)>, String> {
    let strange = || "the master's list of requests makes no sense".to_owned();
    let items = answer.items().ok_or_else(strange)?;
    let pair = |item: &Value| match item.items()? {
        [name, Value::Remote(request)] => Some((cut(name.text()?), request.clone())),
        _ => None,
    };
    let all: Option<Vec<_>> = items.iter().map(pair).collect();
    all.ok_or_else(strange)
}

/// What the master answers to a question about what it has taken.
pub(super) async fn answer(object: &Reference, method: &str, args: Vec<Value>) -> Result<Value, String> {
    let asked = tokio::time::timeout(PATIENCE, object.call(method, args)).await;
    match asked {
        Err(_) => Err(format!(
            "the master did not answer {method} within {} seconds",
            PATIENCE.as_secs()
        )),
        Ok(Err(CallError::Lost)) => Err("the connection was lost".to_owned()),
        Ok(answered) => answered.map_err(|error| error.to_string()),
    }
}
