//! What a build writes down, gathered so that what belongs together is one transaction, and told once it is durable.
//!
//! A build notes what happened; [`Journal::flush`] stores all of it at once and publishes the events in the order of
//! the notes. It is flushed before a command starts, before a log is opened, and when the build waits for something.

use crate::clock::Clock;
use crate::events::Publisher;
use model::event::{BuildVerb, LogVerb, StepVerb};
use model::{Build, BuildId, Event, Log, LogKind, Properties, Results, Step, StepUrl, Time};
use std::sync::Arc;
use store::rusqlite::{Error, Result, Transaction};
use store::{Ending, Store, StoreError, builds, logs, steps};

/// The rows that a build is writing, as they will be after the next flush.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The build.
    pub build: Build,
    /// The step under way.
    pub step: Option<Step>,
    /// The logs of the step under way, in the order of their making.
    pub logs: Vec<Log>,
}

impl Rows {
    fn step(&mut self) -> Result<&mut Step> {
        // A note about a step without one would be a mistake of this crate; it fails the write instead of a thread.
        self.step.as_mut().ok_or(Error::QueryReturnedNoRows)
    }
}

type Note = Box<dyn FnOnce(&Transaction<'_>, &mut Rows, &mut Vec<Event>) -> Result<()> + Send>;

/// A build's notes.
pub struct Journal {
    store: Store,
    publisher: Publisher,
    clock: Arc<dyn Clock>,
    rows: Rows,
    notes: Vec<Note>,
    /// Logs whose last lines are stored with the notes.
    endings: Vec<Ending>,
}

impl Journal {
    /// For a build that is stored already.
    pub fn new(store: Store, publisher: Publisher, clock: Arc<dyn Clock>, build: Build) -> Journal {
        let rows = Rows {
            build,
            step: None,
            logs: Vec::new(),
        };
        Journal {
            store,
            publisher,
            clock,
            rows,
            notes: Vec::new(),
            endings: Vec::new(),
        }
    }

    /// The rows as of the last flush.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Which build.
    pub fn build(&self) -> BuildId {
        self.rows.build.id
    }

    /// Goes on with a step that is stored already.
    pub fn resume(&mut self, step: Step) {
        self.rows.step = Some(step);
    }

    /// Drops notes that could not be stored; what they told is lost.
    pub fn forget(&mut self) {
        self.notes.clear();
        self.endings.clear();
    }

    /// Notes that every step of the build that is still open was broken off.
    pub fn steps_break_off(&mut self) {
        let now = self.now();
        self.note(move |c, rows, events| {
            let open: Vec<Step> = steps::of_build(c, rows.build.id)?
                .into_iter()
                .filter(|step| step.complete_at.is_none())
                .collect();
            for step in open {
                let text = format!("{} (exception)", step.state_string);
                steps::finish(c, step.id, Results::Exception, &text, step.hidden, now)?;
                let step = steps::get(c, step.id)?;
                events.extend(step.map(|step| Event::Step(StepVerb::Finished, step)));
            }
            rows.step = None;
            Ok(())
        });
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    /// Notes something that only the caller knows how to write.
    pub fn note(
        &mut self,
        note: impl FnOnce(&Transaction<'_>, &mut Rows, &mut Vec<Event>) -> Result<()> + Send + 'static,
    ) {
        self.notes.push(Box::new(note));
    }

    /// The build's text.
    pub fn build_state(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.note(move |c, rows, events| {
            builds::set_state(c, rows.build.id, &text)?;
            rows.build.state_string = text;
            events.push(Event::Build(BuildVerb::Update, rows.build.clone()));
            Ok(())
        });
    }

    /// Properties that changed.
    pub fn properties(&mut self, changed: Properties) {
        if changed.is_empty() {
            return;
        }
        self.note(move |c, rows, events| {
            builds::set_properties(c, rows.build.id, &changed)?;
            events.push(Event::BuildProperties(rows.build.id, changed));
            Ok(())
        });
    }

    /// A step is made and begins; it has no locks to wait for when `locked`.
    pub fn step_begins(&mut self, name: String, locked: bool) {
        let now = self.now();
        self.note(move |c, rows, events| {
            let mut step = steps::insert(c, rows.build.id, &name)?;
            events.push(Event::Step(StepVerb::New, step.clone()));
            step.started_at = Some(now);
            step.locks_acquired_at = locked.then_some(now);
            steps::start(c, step.id, now, step.locks_acquired_at)?;
            events.push(Event::Step(StepVerb::Started, step.clone()));
            rows.step = Some(step);
            rows.logs.clear();
            Ok(())
        });
    }

    /// The step has its locks.
    pub fn step_has_locks(&mut self) {
        let now = self.now();
        self.note(move |c, rows, events| {
            let step = rows.step()?;
            step.locks_acquired_at = Some(now);
            steps::set_locks_acquired(c, step.id, now)?;
            events.push(Event::Step(StepVerb::Updated, step.clone()));
            Ok(())
        });
    }

    /// The step's text.
    pub fn step_state(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.note(move |c, rows, events| {
            let step = rows.step()?;
            step.state_string = text;
            steps::set_state(c, step.id, &step.state_string)?;
            events.push(Event::Step(StepVerb::Updated, step.clone()));
            Ok(())
        });
    }

    /// A link beside the step.
    pub fn step_link(&mut self, link: StepUrl) {
        self.note(move |c, rows, events| {
            let step = rows.step()?;
            if !step.urls.contains(&link) {
                step.urls.push(link);
            }
            steps::set_urls(c, step.id, &step.urls)?;
            events.push(Event::Step(StepVerb::Updated, step.clone()));
            Ok(())
        });
    }

    /// The step is over; its text is told by an update of its own first.
    pub fn step_ends(&mut self, results: Results, text: impl Into<String>, hidden: bool) {
        self.step_state(text);
        let now = self.now();
        self.note(move |c, rows, events| {
            let mut step = rows.step.take().ok_or(Error::QueryReturnedNoRows)?;
            step.complete_at = Some(now);
            step.results = Some(results);
            step.hidden = hidden;
            steps::finish(c, step.id, results, &step.state_string, hidden, now)?;
            events.push(Event::Step(StepVerb::Finished, step));
            Ok(())
        });
    }

    /// A log of the step; after the next flush it is the last of [`Rows::logs`].
    pub fn log_begins(&mut self, name: String, kind: LogKind) {
        self.note(move |c, rows, events| {
            let log = logs::insert(c, rows.step()?.id, &name, kind)?;
            events.push(Event::Log(LogVerb::New, log.clone()));
            rows.logs.push(log);
            Ok(())
        });
    }

    /// Tells that a log has more lines.
    pub fn log_grows(&self, log: Log) {
        self.publisher.publish(Event::Log(LogVerb::Append, log));
    }

    /// A log of the step is over.
    pub fn log_ends(&mut self, ending: Ending) {
        let log = ending.log();
        self.endings.push(ending);
        self.note(move |_, _, events| {
            events.push(Event::Log(LogVerb::Finished, log));
            Ok(())
        });
    }

    /// Stores the notes and the ends of logs in one transaction, then tells what they say.
    pub async fn flush(&mut self) -> std::result::Result<(), StoreError> {
        if self.notes.is_empty() {
            return Ok(());
        }
        let notes = std::mem::take(&mut self.notes);
        let endings = std::mem::take(&mut self.endings);
        let mut rows = self.rows.clone();
        let (rows, events) = self
            .store
            .write_with(endings, move |c| {
                let mut events = Vec::new();
                for note in notes {
                    note(c, &mut rows, &mut events)?;
                }
                Ok((rows, events))
            })
            .await?;
        self.rows = rows;
        self.publisher.publish_all(events);
        Ok(())
    }
}
