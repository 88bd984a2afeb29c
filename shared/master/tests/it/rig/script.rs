//! A worker that does what its commands say: `say X`, `err X`, `log NAME X`, `rc N`, `fail X` (the command itself goes
//! wrong), `reason X`, `hang` (until interrupted or let go), separated by `;`.

use master::{Master, Origin};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, mpsc};
use wire::worker::link::{self, Caller, End};
use wire::worker::{Answer, Call, Failure, MasterCall, Update, Value, WorkerCall};

/// A worker that is attached.
pub struct Script {
    /// Every call of the master, in order.
    calls: mpsc::UnboundedReceiver<MasterCall>,
    hanging: Arc<Mutex<HashMap<String, Hanging>>>,
    silent: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
    caller: Caller,
}

#[derive(Clone, Default)]
struct Hanging {
    interrupted: Arc<Notify>,
    let_go: Arc<Notify>,
}

impl Script {
    /// Attaches as `name`.
    pub async fn attach(master: &Master, name: &str) -> Script {
        Script::try_attach(master, name).await.expect("the worker attaches")
    }

    pub async fn try_attach(master: &Master, name: &str) -> Result<Script, master::AttachError> {
        let (masters, own) = link::pair();
        let script = Script::play(own);
        super::soon("attaching", master.attach_worker(name, masters)).await?;
        Ok(script)
    }

    /// Attaches as one that came over a network.
    pub async fn attach_from(master: &Master, name: &str, address: &str) -> Script {
        let (masters, own) = link::pair();
        let script = Script::play(own);
        let origin = Origin {
            address: Some(address.to_owned()),
            protocol: "pb".to_owned(),
        };
        let attached = master.attach_remote_worker(name, origin, masters);
        super::soon("attaching", attached).await.expect("the worker attaches");
        script
    }

    fn play(end: End) -> Script {
        let (told, calls) = mpsc::unbounded_channel();
        let hanging: Arc<Mutex<HashMap<String, Hanging>>> = Arc::default();
        let End { caller, mut inbox } = end;
        let (own_caller, own_hanging) = (caller.clone(), hanging.clone());
        let silent = Arc::new(AtomicBool::new(false));
        let own_silent = silent.clone();
        let task = tokio::spawn(async move {
            let mut unanswered = Vec::new();
            while let Some(incoming) = inbox.next().await {
                let (call, answer) = incoming.split();
                let Call::Master(call) = call else {
                    panic!("a worker's call came to a worker")
                };
                let _ = told.send(call.clone());
                if own_silent.load(Ordering::SeqCst) {
                    unanswered.push(answer);
                    continue;
                }
                match call {
                    MasterCall::GetWorkerInfo => answer(Ok(Answer::Info(vec![
                        ("basedir".to_owned(), "/w".into()),
                        ("version".to_owned(), "9".into()),
                        ("admin".to_owned(), "Ada".into()),
                    ]))),
                    MasterCall::StartCommand {
                        builder,
                        id,
                        name,
                        args,
                    } => {
                        answer(Ok(Answer::None));
                        let hanging = own_hanging.lock().expect("hanging").entry(builder).or_default().clone();
                        let command = Command {
                            caller: own_caller.clone(),
                            id,
                            hanging,
                        };
                        tokio::spawn(command.run(name, args));
                    }
                    MasterCall::InterruptCommand { builder, .. } => {
                        answer(Ok(Answer::None));
                        if let Some(hanging) = own_hanging.lock().expect("hanging").get(&builder) {
                            hanging.interrupted.notify_one();
                        }
                    }
                    MasterCall::Shutdown => {
                        answer(Ok(Answer::None));
                        return;
                    }
                    _ => answer(Ok(Answer::None)),
                }
            }
        });
        Script {
            calls,
            hanging,
            silent,
            task,
            caller,
        }
    }

    /// The next call of the master that is not a `print`.
    pub async fn call(&mut self) -> MasterCall {
        super::soon("a call", async {
            loop {
                match self.calls.recv().await.expect("calls go on") {
                    MasterCall::Print { .. } => {}
                    call => return call,
                }
            }
        })
        .await
    }

    /// The next line that the master prints.
    pub async fn printed(&mut self) -> String {
        super::soon("a line", async {
            loop {
                if let MasterCall::Print { message } = self.calls.recv().await.expect("calls go on") {
                    return message;
                }
            }
        })
        .await
    }

    /// The next call of any kind; `None` when the link is gone.
    pub async fn next_call(&mut self) -> Option<MasterCall> {
        super::soon("a call or the end", self.calls.recv()).await
    }

    /// It hears from now on, and answers nothing.
    pub fn falls_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// Name and arguments of the next command.
    pub async fn command(&mut self) -> (String, String, Value) {
        loop {
            if let MasterCall::StartCommand {
                builder, name, args, ..
            } = self.call().await
            {
                return (builder, name, args);
            }
        }
    }

    /// Lets the hanging command of `builder` go on.
    pub fn let_go(&self, builder: &str) {
        let mut hanging = self.hanging.lock().expect("hanging");
        hanging.entry(builder.to_owned()).or_default().let_go.notify_one();
    }

    /// The link breaks.
    pub fn lose(self) {
        self.task.abort();
    }

    /// The worker asks to leave.
    pub async fn wants_to_leave(&self) {
        self.caller
            .call(Call::Worker(WorkerCall::Shutdown))
            .await
            .expect("the master answers");
    }

    /// Resolves when the worker was sent away or lost its link.
    pub async fn gone(self) {
        super::soon("the worker's end", self.task)
            .await
            .expect("the worker ends well");
    }
}

struct Command {
    caller: Caller,
    id: String,
    hanging: Hanging,
}

impl Command {
    async fn run(self, name: String, args: Value) {
        let failure = match name.as_str() {
            "shell" => self.shell(&args).await,
            _ => {
                self.update(Update::Rc(0)).await;
                None
            }
        };
        let complete = WorkerCall::Complete {
            id: self.id.clone(),
            failure,
        };
        let _ = self.caller.call(Call::Worker(complete)).await;
    }

    async fn shell(&self, args: &Value) -> Option<Failure> {
        let text = match args.get("command") {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::List(words)) => words.iter().map(real).collect::<Vec<_>>().join(" "),
            other => panic!("a command that is {other:?}"),
        };
        let mut rc = 0;
        for line in text.split(';').map(str::trim) {
            let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
            match verb {
                "say" => self.update(Update::Stdout(format!("{rest}\n"))).await,
                "part" => self.update(Update::Stdout(rest.to_owned())).await,
                "err" => self.update(Update::Stderr(format!("{rest}\n"))).await,
                "header" => self.update(Update::Header(format!("{rest}\n"))).await,
                "log" => {
                    let (name, text) = rest.split_once(' ').expect("a log's name and text");
                    self.update(Update::Log {
                        name: name.to_owned(),
                        text: format!("{text}\n"),
                    })
                    .await;
                }
                "rc" => rc = rest.parse().expect("a number"),
                "reason" => {
                    rc = -1;
                    self.update(Update::FailureReason(rest.to_owned())).await;
                }
                "fail" => {
                    return Some(Failure {
                        kind: "builtins.RuntimeError".to_owned(),
                        message: rest.to_owned(),
                    });
                }
                "hang" => {
                    tokio::select! {
                        () = self.hanging.interrupted.notified() => rc = -1,
                        () = self.hanging.let_go.notified() => {}
                    }
                    if rc == -1 {
                        break;
                    }
                }
                other => panic!("the scripted worker does not know '{other}'"),
            }
        }
        self.update(Update::Rc(rc)).await;
        None
    }

    async fn update(&self, update: Update) {
        let call = Call::Worker(WorkerCall::Update {
            id: self.id.clone(),
            updates: vec![update],
        });
        let _ = self.caller.call(call).await;
    }
}

fn real(word: &Value) -> String {
    match word {
        Value::Tuple(parts) => parts[1].to_string(),
        other => other.to_string(),
    }
}
