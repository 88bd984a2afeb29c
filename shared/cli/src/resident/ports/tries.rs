//! Changes that come by a port: given to their scheduler, and followed for whoever brought them.

use link::DoorFuture;
use link::pb::{Happening, Taken, TryDesk};
use master::{Closed, Events, Master, Requested, TryOrigin, TryRefusal};
use model::event::{BuildVerb, RequestVerb, StepVerb};
use model::query::Query;
use model::{Build, BuildId, BuildRequest, Event, RequestId, Results, Step};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use store::{StoreError, build_requests, builds};
use tokio::sync::mpsc;
use tracing::{info, warn};
use wire::try_job::TryJob;
use wire::worker::Failure;

/// One scheduler, to whoever logged in for it.
pub struct Desk {
    master: Master,
    scheduler: String,
}

impl Desk {
    pub fn new(master: &Master, scheduler: String) -> Desk {
        Desk {
            master: master.clone(),
            scheduler,
        }
    }
}

impl TryDesk for Desk {
    fn builder_names(&self) -> Vec<String> {
        let catalog = self.master.catalog();
        let entry = catalog.scheduler(&self.scheduler);
        entry.map(|entry| entry.config.builders.clone()).unwrap_or_default()
    }

    fn submit(&self, job: TryJob) -> DoorFuture<'_, Result<Option<Taken>, Failure>> {
        Box::pin(async move {
            // Before the first thing can happen.
            let events = self.master.subscribe();
            let origin = TryOrigin::Scheduler(self.scheduler.clone());
            let requested = match self.master.submit_try(job, origin).await {
                Ok(requested) => requested,
                Err(refusal @ (TryRefusal::Builders { .. } | TryRefusal::NoBuilders)) => {
                    info!("a change is not built: {refusal}");
                    return Ok(None);
                }
                Err(refusal) => {
                    return Err(Failure {
                        kind: "builtins.RuntimeError".to_owned(),
                        message: refusal.to_string(),
                    });
                }
            };
            Ok(Some(self.taken(&requested, events)))
        })
    }
}

impl Desk {
    fn taken(&self, requested: &Requested, events: Events) -> Taken {
        let catalog = self.master.catalog();
        let name = |id| {
            catalog
                .builder(id)
                .map(|entry| entry.config.name.clone())
                .unwrap_or_default()
        };
        let requests = requested.requests.iter();
        let requests = requests.map(|(builder, request)| (request.0, name(*builder))).collect();
        let (news, told) = mpsc::unbounded_channel();
        let following = Following {
            master: self.master.clone(),
            requests: requested
                .requests
                .iter()
                .map(|(_, request)| (*request, false))
                .collect(),
            builds: BTreeMap::new(),
            news,
        };
        tokio::spawn(following.follow(events));
        Taken { requests, news: told }
    }
}

/// What is told of one job.
struct Following {
    master: Master,
    requests: BTreeMap<RequestId, bool>,
    /// Builds that were told, with their requests and how they ended.
    builds: BTreeMap<BuildId, (RequestId, Option<i64>)>,
    news: mpsc::UnboundedSender<Happening>,
}

impl Following {
    async fn follow(mut self, mut events: Events) {
        while !self.is_over() {
            let event = tokio::select! {
                event = events.next() => event,
                () = self.news.closed() => return,
            };
            match event {
                Ok(event) => self.take(&event),
                Err(Closed::Stopped) => return,
                Err(Closed::TooSlow { .. }) => {
                    events = self.master.subscribe();
                    if let Err(error) = self.catch_up().await {
                        return warn!("a change that was sent is followed no longer: {error}");
                    }
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.requests.values().all(|complete| *complete) && self.builds.values().all(|(_, result)| result.is_some())
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Build(verb, build) => self.build(build, matches!(verb, BuildVerb::Finished)),
            Event::Step(verb, step) if self.builds.contains_key(&step.build) => self.step(*verb, step),
            Event::Request(RequestVerb::Complete, request) => self.complete(request),
            _ => {}
        }
    }

    fn tell(&self, happening: Happening) {
        // Whoever brought the change has left; that is noticed above.
        let _ = self.news.send(happening);
    }

    fn build(&mut self, build: &Build, over: bool) {
        if !self.requests.contains_key(&build.request) {
            return;
        }
        let (request, id) = (build.request.0, build.id.0);
        if let Entry::Vacant(unknown) = self.builds.entry(build.id) {
            unknown.insert((build.request, None));
            self.tell(Happening::Began { request, build: id });
        }
        let result = code(build.results);
        if over && self.builds.insert(build.id, (build.request, Some(result))) == Some((build.request, None)) {
            self.tell(Happening::Ended {
                build: id,
                result,
                text: build.state_string.clone(),
            });
        }
    }

    fn step(&self, verb: StepVerb, step: &Step) {
        let (build, name) = (step.build.0, step.name.clone());
        match verb {
            StepVerb::Started => self.tell(Happening::StepBegan { build, step: name }),
            StepVerb::Finished => self.tell(Happening::StepEnded {
                build,
                step: name,
                result: code(step.results),
            }),
            StepVerb::New | StepVerb::Updated => {}
        }
    }

    /// A request that ends without a build has one in the eyes of its client, which waits for its end.
    fn complete(&mut self, request: &BuildRequest) {
        match self.requests.get_mut(&request.id) {
            Some(complete) if !*complete => *complete = true,
            // Another job's, or told already.
            _ => return,
        }
        let retry = code(Some(Results::Retry));
        let of_it = |(of, result): &&(RequestId, Option<i64>)| *of == request.id && *result != Some(retry);
        if self.builds.values().any(|build| of_it(&build)) {
            return;
        }
        let (request, build) = (request.id.0, -request.id.0);
        self.tell(Happening::Began { request, build });
        self.tell(Happening::Ended {
            build,
            result: code(Some(Results::Cancelled)),
            text: "it was taken back before it was built".to_owned(),
        });
    }

    /// What was missed while too much happened. Steps of builds that run on are told from the next one.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let requests: Vec<RequestId> = self.requests.keys().copied().collect();
        let missed = self.master.store().read(move |c| {
            let mut missed = Vec::new();
            for id in requests {
                let built = builds::list_of_request(c, id, &Query::default())?;
                missed.push((built, build_requests::get(c, id)?));
            }
            Ok(missed)
        });
        for (mut built, request) in missed.await? {
            built.sort_by_key(|build| build.id);
            for build in &built {
                self.build(build, build.complete_at.is_some());
            }
            if let Some(request) = request.filter(|request| request.complete_at.is_some()) {
                self.complete(&request);
            }
        }
        Ok(())
    }
}

/// Buildbot's number of a result.
fn code(results: Option<Results>) -> i64 {
    results.map_or(-1, |results| results as i64)
}
