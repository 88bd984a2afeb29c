//! The object that a master tells about one request (`try-and-sendchange` §1.2).

use super::TryNews;
use super::follow::answer;
use crate::pb::arguments::Arguments;
use spread::jelly::Value;
use spread::{BoxFuture, Call, Failure, Object, Reference};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use tokio::sync::mpsc;

/// The result of a build that is made again.
const RETRY: i64 = 5;

/// How often one request is built at most, before its master is not believed any more.
const ATTEMPTS: u32 = 1000;

/// Bytes of a name or a state that are of use to anybody.
const LONGEST: usize = 4096;

/// The interval that Buildbot's client passes, in seconds; masters have no use for it.
const INTERVAL: i64 = 20;

/// Told the number of a request that is over, or why it is followed no longer.
type Ended = mpsc::UnboundedSender<Result<usize, String>>;

pub(super) struct Follower {
    builder: String,
    number: usize,
    news: mpsc::Sender<TryNews>,
    ended: Ended,
    attempts: AtomicU32,
    /// Passed to each build as well.
    myself: Weak<Follower>,
}

impl Follower {
    /// For one builder's request, which is known by `number` when it is over.
    pub(super) fn of(builder: String, number: usize, news: mpsc::Sender<TryNews>, ended: Ended) -> Arc<dyn Object> {
        Arc::new_cyclic(|myself| Follower {
            builder,
            number,
            news,
            ended,
            attempts: AtomicU32::new(0),
            myself: myself.clone(),
        })
    }

    fn understand(&self, method: &str, arguments: &mut Arguments) -> Result<TryNews, Failure> {
        let builder = self.builder.clone();
        match method {
            "newbuild" => {
                let Value::Remote(build) = arguments.needed("bs")? else {
                    return Err(arguments.wrong("bs", "a build"));
                };
                let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
                if attempt > ATTEMPTS {
                    let reason = format!("the master built it for {builder} more than {ATTEMPTS} times");
                    // Told to nobody when it is over.
                    let _ = self.ended.send(Err(reason));
                    return Err(Failure::error("builtins.RuntimeError", "too many builds"));
                }
                self.follow(build, attempt);
                Ok(TryNews::Began { builder, attempt })
            }
            "stepStarted" | "stepFinished" | "buildETAUpdate" => {
                arguments.needed("buildername")?;
                arguments.needed("build")?;
                self.of_step(method, builder, arguments)
            }
            _ => Err(Failure::no_such_method(method)),
        }
    }

    fn of_step(&self, method: &str, builder: String, arguments: &mut Arguments) -> Result<TryNews, Failure> {
        if method == "buildETAUpdate" {
            let seconds = match arguments.needed("ETA")? {
                Value::Float(seconds) => seconds,
                value => value.int().map_or(0.0, |seconds| seconds as f64),
            };
            return Ok(TryNews::Expected { builder, seconds });
        }
        let step = cut(&arguments.text("stepname")?);
        arguments.optional("step");
        if method == "stepStarted" {
            return Ok(TryNews::StepBegan { builder, step });
        }
        let result = arguments.needed("results")?;
        let result = result
            .int()
            .ok_or_else(|| arguments.wrong("results", "a result's number"))?;
        Ok(TryNews::StepEnded { builder, step, result })
    }

    /// Subscribes to a build and waits for its end, in a task: a call must not wait for answers of its caller.
    fn follow(&self, build: Reference, attempt: u32) {
        let Some(myself) = self.myself.upgrade() else { return };
        tokio::spawn(async move {
            let end = match to_the_end(&build, myself.clone()).await {
                Ok((result, text)) => {
                    let ended = TryNews::Ended {
                        builder: myself.builder.clone(),
                        attempt,
                        result,
                        text,
                    };
                    // Nobody listens any more.
                    let _ = myself.news.send(ended).await;
                    if result == RETRY {
                        return;
                    }
                    Ok(myself.number)
                }
                Err(reason) => Err(reason),
            };
            let _ = myself.ended.send(end);
        });
    }
}

async fn to_the_end(build: &Reference, follower: Arc<Follower>) -> Result<(i64, String), String> {
    let follower: Arc<dyn Object> = follower;
    answer(build, "subscribe", vec![follower.clone().into(), INTERVAL.into()]).await?;
    let build = match build.call("waitUntilFinished", Vec::new()).await {
        Ok(Value::Remote(build)) => build,
        Ok(_) => build.clone(),
        Err(error) => return Err(error.to_string()),
    };
    let result = answer(&build, "getResults", Vec::new()).await?;
    let result = result.int().ok_or("the master's result makes no sense")?;
    let text = answer(&build, "getText", Vec::new()).await?;
    let words: Vec<String> = text
        .items()
        .unwrap_or_default()
        .iter()
        .filter_map(|word| word.text().map(cut))
        .collect();
    Ok((result, cut(&words.join(" "))))
}

/// The beginning of what a master says.
pub(super) fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST)].to_owned()
}

impl Object for Follower {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (method, mut arguments, reply) = Arguments::of(call);
            match self.understand(&method, &mut arguments) {
                Ok(news) => {
                    // Nobody listens any more: the connection ends soon.
                    let _ = self.news.send(news).await;
                    reply.answer(Value::None);
                }
                Err(failure) => reply.fail(failure),
            }
        })
    }
}
