//! Serving one master: its calls, the builders, and what each of them runs (§1, §3, §7).

use crate::command::args::failure;
use crate::command::{Command, Context, Turns};
use crate::report::Report;
use crate::{Options, Owner, info, lock};
use process::Launcher;
use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, Interval, interval_at};
use tokio_util::sync::CancellationToken;
use wire::worker::link::{Caller, End};
use wire::worker::{Answer, Call, CommandId, Failure, MasterCall, Value, WorkerCall};

/// Why a worker has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The master is gone; connect again.
    Lost,
    /// The master wants it to leave, or it has left as its owner wished.
    Shutdown,
    /// Its owner wanted the machine back at once.
    TakenBack,
    /// Its folder cannot be used, and the log says why: as a rule, another worker uses it.
    Busy,
}

/// A builder that this worker serves.
#[derive(Debug)]
struct Builder {
    folder: PathBuf,
    running: Option<Running>,
}

/// A command under way, or over: ending what is over does nothing.
#[derive(Debug)]
struct Running {
    interrupt: CancellationToken,
    abandoned: CancellationToken,
    task: AbortHandle,
}

struct Session {
    options: Options,
    basedir: PathBuf,
    environment: Arc<Vec<(std::ffi::OsString, std::ffi::OsString)>>,
    launcher: Launcher,
    owner: Owner,
    caller: Caller,
    builders: HashMap<String, Builder>,
    /// Whether the master has told any builders. One that speaks msgpack never does: its commands have whole paths and
    /// run side by side (`worker-protocol-msgpack` §3, §4).
    told_builders: bool,
    /// What runs for a master that tells no builders.
    loose: HashMap<CommandId, Running>,
    commands: JoinSet<()>,
    /// Where commands wait when not all may run at once.
    turns: Turns,
    /// The parent of every command's token of that name.
    abandoned: CancellationToken,
}

/// Serves a master until the link is lost or it sends the worker away. When this returns, nothing that it started is
/// alive. When it is dropped instead, all of it is killed too, a moment later.
pub async fn run(end: End, options: Options) -> Ended {
    Box::pin(serve(end, options, Owner::default())).await
}

/// As [`run`], with an owner who can send it away and see what it runs.
pub async fn serve(end: End, options: Options, owner: Owner) -> Ended {
    let End { caller, mut inbox } = end;
    let lock = match lock::take(&options.basedir).await {
        Ok(lock) => lock,
        Err(error) => {
            tracing::error!(worker = %options.name, %error, "the worker does not start");
            return Ended::Busy;
        }
    };
    let mut keepalive = options
        .keepalive
        .and_then(|every| Some(interval_at(Instant::now().checked_add(every)?, every)));
    let farewell = owner.farewell(&caller);
    tokio::pin!(farewell);
    let mut session = Session::new(options, caller.clone(), lock, owner.clone());
    let ended = loop {
        tokio::select! {
            incoming = inbox.next() => {
                let Some(incoming) = incoming else {
                    break Ended::Lost;
                };
                let (call, answer) = incoming.split();
                let leave = call == Call::Master(MasterCall::Shutdown);
                answer(session.answer(call));
                if leave {
                    break Ended::Shutdown;
                }
            }
            () = session.caller.lost() => break Ended::Lost,
            ended = &mut farewell => break ended,
            () = tick(&mut keepalive) => {
                // Whether it is answered is the link's concern.
                let _ = session.caller.send(Call::Worker(WorkerCall::Keepalive)).await;
            }
            Some(result) = session.commands.join_next() => {
                if let Err(error) = result {
                    tracing::error!(%error, "a command broke off");
                }
            }
        }
    };
    session.abandon_all().await;
    ended
}

async fn tick(interval: &mut Option<Interval>) {
    match interval {
        Some(interval) => _ = interval.tick().await,
        None => std::future::pending().await,
    }
}

impl Session {
    fn new(options: Options, caller: Caller, lock: File, owner: Owner) -> Session {
        let basedir = std::path::absolute(&options.basedir).unwrap_or_else(|_| options.basedir.clone());
        Session {
            basedir,
            environment: Arc::new(options.environment.clone()),
            launcher: Launcher {
                shim: options.shim.clone(),
                hold: Some(Arc::new(lock)),
                nice: options.nice,
            },
            turns: Turns::new(options.at_once),
            options,
            owner,
            caller,
            builders: HashMap::new(),
            told_builders: false,
            loose: HashMap::new(),
            commands: JoinSet::new(),
            abandoned: CancellationToken::new(),
        }
    }

    fn answer(&mut self, call: Call) -> Result<Answer, Failure> {
        let Call::Master(call) = call else {
            return Err(no_such_method("this is a worker"));
        };
        match call {
            MasterCall::Print { message } => {
                tracing::info!(worker = %self.options.name, "message from master: {message}")
            }
            MasterCall::GetWorkerInfo => return Ok(Answer::Info(info::gather(&self.options, &self.basedir))),
            MasterCall::SetBuilderList { builders } => self.set_builders(builders)?,
            MasterCall::StartBuild { .. } | MasterCall::Shutdown => {}
            MasterCall::StartCommand {
                builder,
                id,
                name,
                args,
            } => self.start(&builder, id, &name, &args)?,
            MasterCall::InterruptCommand { builder, id, why } => self.interrupt(&builder, &id, &why),
        }
        Ok(Answer::None)
    }

    /// Makes the folders of new builders and forgets the others, with what they run.
    fn set_builders(&mut self, wanted: Vec<(String, String)>) -> Result<(), Failure> {
        self.told_builders = true;
        let mut builders = HashMap::new();
        for (name, folder) in &wanted {
            let folder = self.basedir.join(folder);
            std::fs::create_dir_all(&folder).map_err(|error| {
                let reason = format!(
                    "cannot make the folder '{}' of builder '{name}': {error}",
                    folder.display()
                );
                failure("builtins.OSError", reason)
            })?;
            let running = self.builders.remove(name).and_then(|builder| builder.running);
            builders.insert(name.clone(), Builder { folder, running });
        }
        for forgotten in std::mem::replace(&mut self.builders, builders).into_values() {
            if let Some(running) = forgotten.running {
                running.abandoned.cancel();
            }
        }
        self.leftovers();
        Ok(())
    }

    /// Folders that belong to nobody.
    fn leftovers(&self) {
        let Ok(entries) = std::fs::read_dir(&self.basedir) else {
            return;
        };
        let info = self.basedir.join("info");
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let wanted = path == info || self.builders.values().any(|builder| builder.folder.starts_with(&path));
            // Not through a link, which may lead anywhere.
            if wanted || !std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
                continue;
            }
            if self.options.delete_leftover_dirs {
                tracing::info!(path = %path.display(), "deleting a folder that belongs to no builder");
                if let Err(error) = std::fs::remove_dir_all(&path) {
                    tracing::warn!(path = %path.display(), %error, "cannot delete a folder that belongs to no builder");
                }
            } else {
                tracing::info!(path = %path.display(), "a folder belongs to no builder; it can be deleted");
            }
        }
    }

    fn start(&mut self, builder: &str, id: CommandId, name: &str, args: &Value) -> Result<(), Failure> {
        let folder = match self.builders.get(builder) {
            Some(served) => &served.folder,
            None if !self.told_builders => &self.basedir,
            None => return Err(no_such_method(&format!("no builder '{builder}' is served here"))),
        };
        let command = Command::parse(&id, name, args, folder)?;
        if let Some(running) = self.builders.get_mut(builder).and_then(|served| served.running.take()) {
            running.interrupt.cancel();
        }
        let abandoned = self.abandoned.child_token();
        let interrupt = abandoned.child_token();
        let underway = self.owner.began(builder, &id, name);
        let turns = self.turns.clone();
        let context = Context {
            report: Report::new(id.clone(), self.caller.clone()),
            caller: self.caller.clone(),
            launcher: self.launcher.clone(),
            environment: Arc::clone(&self.environment),
            basedir: self.basedir.clone(),
            interrupt: interrupt.clone(),
            abandoned: abandoned.clone(),
        };
        let running = Running {
            interrupt,
            abandoned,
            task: self.commands.spawn(async move {
                let _underway = underway;
                command.execute(context, turns).await;
            }),
        };
        match self.builders.get_mut(builder) {
            Some(served) => served.running = Some(running),
            None => {
                self.loose.retain(|_, other| !other.task.is_finished());
                self.loose.insert(id, running);
            }
        }
        Ok(())
    }

    fn interrupt(&mut self, builder: &str, id: &str, why: &str) {
        tracing::info!(worker = %self.options.name, %builder, "interrupt: {why}");
        let served = self.builders.get(builder).and_then(|builder| builder.running.as_ref());
        if let Some(running) = served.or_else(|| self.loose.get(id)) {
            running.interrupt.cancel();
        }
    }

    /// Ends all commands without telling anybody, and waits for that.
    async fn abandon_all(&mut self) {
        self.abandoned.cancel();
        while self.commands.join_next().await.is_some() {}
    }
}

fn no_such_method(message: &str) -> Failure {
    failure("twisted.spread.flavors.NoSuchMethod", message.to_owned())
}
