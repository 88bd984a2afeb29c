//! Tells faces that something changed, seldom enough that a flood of output does not become a flood of events.

use crate::api::Event as News;
use master::{Closed, Master};
use model::Event;
use model::event::LogVerb;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};

/// Time between two events about the same thing. A tenth of a second looks immediate.
const PAUSE: Duration = Duration::from_millis(100);

/// Events that a slow face may have waiting; beyond that it is let go and asks for everything again.
const CAPACITY: usize = 1024;

/// Where events for faces come together. Clones share it.
#[derive(Clone, Debug)]
pub struct Newsroom {
    heard: mpsc::UnboundedSender<Heard>,
    told: broadcast::Sender<News>,
}

/// Something that may have to be told.
#[derive(Debug)]
enum Heard {
    /// At once, each.
    Each(News),
    /// As often as the pause allows; the newest counts.
    Latest(Subject, News),
}

/// What an event is about: of one subject only the newest event matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Overview,
    /// By its master's key.
    Build(String, i64),
    Log(String, i64),
    Changes,
    Masters,
    Projects,
    Settings,
    Lending,
    Tries,
}

impl Newsroom {
    /// Opens it.
    pub fn open() -> Newsroom {
        let (heard, hearing) = mpsc::unbounded_channel();
        let told = broadcast::Sender::new(CAPACITY);
        tokio::spawn(edit(hearing, told.clone()));
        Newsroom { heard, told }
    }

    /// All events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.told.subscribe()
    }

    /// Tells this one at once.
    pub fn tell(&self, news: News) {
        self.hear(Heard::Each(news));
    }

    /// Builders, running builds, the queue, breaks, mutes or sources changed.
    pub fn overview(&self) {
        self.hear(Heard::Latest(Subject::Overview, News::Overview));
    }

    /// A change arrived or was built.
    pub fn changes(&self) {
        self.hear(Heard::Latest(Subject::Changes, News::Changes));
    }

    /// Masters came, went, or are followed in another way.
    pub fn masters(&self) {
        self.hear(Heard::Latest(Subject::Masters, News::Masters));
    }

    /// A master's build, its steps or properties changed.
    pub fn build(&self, master: &str, build: i64) {
        let news = News::Build {
            master: master.to_owned(),
            build,
        };
        self.hear(Heard::Latest(Subject::Build(master.to_owned(), build), news));
    }

    /// A master's log has so many lines now.
    pub fn log(&self, master: &str, log: i64, num_lines: i64, complete: bool) {
        let news = News::Log {
            master: master.to_owned(),
            log,
            num_lines,
            complete,
        };
        self.hear(Heard::Latest(Subject::Log(master.to_owned(), log), news));
    }

    /// Projects or the configuration changed.
    pub fn projects(&self) {
        self.hear(Heard::Latest(Subject::Projects, News::Projects));
    }

    /// Settings changed.
    pub fn settings(&self) {
        self.hear(Heard::Latest(Subject::Settings, News::Settings));
    }

    /// A try was submitted or got further, or more is known of where one can go.
    pub fn tries(&self) {
        self.hear(Heard::Latest(Subject::Tries, News::Tries));
    }

    /// What is lent, or what is built for others, changed.
    pub fn lending(&self) {
        self.hear(Heard::Latest(Subject::Lending, News::Lending));
    }

    /// Follows a master's events until it ends.
    pub async fn follow(self, master: Master) {
        let mut events = master.subscribe();
        loop {
            match events.next().await {
                Ok(event) => self.pass_on(&event),
                Err(Closed::TooSlow { .. }) => {
                    events = master.subscribe();
                    self.overview();
                }
                Err(Closed::Stopped) => return,
            }
        }
    }

    fn pass_on(&self, event: &Event) {
        let own = crate::api::bundled();
        let build = |id: i64| self.build(&own, id);
        match event {
            Event::ChangeNew(_) => self.changes(),
            Event::Build(_, row) => {
                build(row.id.0);
                self.overview();
                self.changes();
            }
            Event::BuildProperties(id, _) => build(id.0),
            Event::Step(_, step) => {
                build(step.build.0);
                self.overview();
            }
            Event::Log(verb, log) => {
                let complete = log.complete || *verb == LogVerb::Finished;
                self.log(&own, log.id.0, log.num_lines, complete);
            }
            Event::Builder(..) | Event::ProjectUpdated(_) => {
                self.overview();
                self.projects();
            }
            Event::Request(..)
            | Event::RequestCancel(_)
            | Event::Worker(..)
            | Event::WorkerMissing { .. }
            | Event::Claim(..)
            | Event::SchedulerUpdated(_) => {
                self.overview();
            }
            Event::BuildSetNew(_) | Event::BuildSetComplete(_) | Event::Master(..) | Event::Control(_) => {}
        }
    }

    fn hear(&self, heard: Heard) {
        // The editor ends only with the program.
        let _ = self.heard.send(heard);
    }
}

/// Passes the first event of a subject on at once and the last one after the pause; sleeps while nothing happens.
async fn edit(mut hearing: mpsc::UnboundedReceiver<Heard>, told: broadcast::Sender<News>) {
    let mut waiting: BTreeMap<Subject, News> = BTreeMap::new();
    let mut paused: BTreeMap<Subject, tokio::time::Instant> = BTreeMap::new();
    loop {
        let next = paused.values().min().copied();
        tokio::select! {
            heard = hearing.recv() => match heard {
                None => return,
                Some(Heard::Each(news)) => drop(told.send(news)),
                Some(Heard::Latest(subject, news)) if paused.contains_key(&subject) => drop(waiting.insert(subject, news)),
                Some(Heard::Latest(subject, news)) => {
                    paused.insert(subject, tokio::time::Instant::now() + PAUSE);
                    drop(told.send(news));
                }
            },
            () = async { tokio::time::sleep_until(next.unwrap_or_else(tokio::time::Instant::now)).await }, if next.is_some() => {
                let time = tokio::time::Instant::now();
                let over: Vec<Subject> = paused.iter().filter(|(_, end)| **end <= time).map(|(s, _)| s.clone()).collect();
                for subject in over {
                    match waiting.remove(&subject) {
                        Some(news) => {
                            paused.insert(subject, time + PAUSE);
                            drop(told.send(news));
                        }
                        None => drop(paused.remove(&subject)),
                    }
                }
            }
        }
    }
}
