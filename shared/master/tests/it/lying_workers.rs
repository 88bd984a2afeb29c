//! Transfers with workers that do not keep to the protocol, or go away in the middle.

use crate::rig::*;
use crate::transfers::{file, folder, names};
use bytes::Bytes;
use model::Results;
use model::config::{Compress, StepConfig};
use std::path::PathBuf;
use tokio::task::JoinHandle;
use wire::worker::link::{self, CallError, Caller};
use wire::worker::{Answer, Call, MasterCall, Update, Value, WorkerCall};

/// A worker's own idea of a command.
struct Transfer {
    caller: Caller,
    command: String,
    id: i64,
}

impl Transfer {
    async fn call(&self, call: WorkerCall) -> Result<Answer, CallError> {
        self.caller.call(Call::Worker(call)).await
    }

    async fn write(&self, data: &[u8]) -> Result<Answer, CallError> {
        let data = Bytes::copy_from_slice(data);
        let transfer = self.id;
        self.call(WorkerCall::Write { transfer, data }).await
    }

    async fn close(&self) -> Result<Answer, CallError> {
        self.call(WorkerCall::CloseWriter { transfer: self.id }).await
    }

    /// All went well, it says.
    async fn succeed(&self) {
        let id = self.command.clone();
        let updates = vec![Update::Rc(0)];
        self.call(WorkerCall::Update {
            id: id.clone(),
            updates,
        })
        .await
        .expect("it is taken");
        self.call(WorkerCall::Complete { id, failure: None })
            .await
            .expect("it is taken");
    }
}

struct Farm {
    rig: Rig,
    temporary: tempfile::TempDir,
}

impl Farm {
    async fn start(step: StepConfig) -> Farm {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let rig = Rig::open(temporary.path(), config(vec![builder("b", vec![step])]), |_| ()).await;
        Farm { rig, temporary }
    }

    fn master(&self) -> PathBuf {
        self.temporary.path().join("master")
    }

    /// Attaches a worker that does `act` for its first command. When `act` ends, so does the link, if it gives false.
    async fn attach<F>(&self, act: impl FnOnce(Transfer) -> F + Send + 'static) -> JoinHandle<()>
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let (masters, mut own) = link::pair();
        let worker = tokio::spawn(async move {
            let mut act = Some(act);
            let mut acting: Option<JoinHandle<bool>> = None;
            loop {
                let ended = async {
                    match acting.as_mut() {
                        Some(acting) => acting.await.expect("the act ends well"),
                        None => std::future::pending().await,
                    }
                };
                let incoming = tokio::select! {
                    incoming = own.inbox.next() => incoming,
                    goes_on = ended => {
                        acting = None;
                        if goes_on { continue } else { None }
                    }
                };
                let Some(incoming) = incoming else { return };
                let (call, answer) = incoming.split();
                match call {
                    Call::Master(MasterCall::GetWorkerInfo) => answer(Ok(Answer::Info(Vec::new()))),
                    Call::Master(MasterCall::StartCommand { id, args, .. }) => {
                        answer(Ok(Answer::None));
                        let writer = args.get("writer").and_then(Value::int).expect("a writer");
                        let transfer = Transfer {
                            caller: own.caller.clone(),
                            command: id,
                            id: writer,
                        };
                        acting = act.take().map(|act| tokio::spawn(act(transfer)));
                    }
                    _ => answer(Ok(Answer::None)),
                }
            }
        });
        soon("attaching", self.rig.master.attach_worker("w", masters))
            .await
            .expect("the worker attaches");
        worker
    }

    /// What is told about the upload, after its build failed and left nothing behind.
    async fn failure(&mut self) -> String {
        let build = self.rig.build("b").await;
        assert_eq!(results(&build), Results::Failure);
        assert!(names(self.master()).is_empty(), "{:?}", names(self.master()));
        self.rig.log(build.id, "upload", "stderr").await
    }
}

#[tokio::test]
async fn more_than_maxsize_is_not_taken() {
    let mut farm = Farm::start(file("f", "f", |upload| upload.max_size = Some(10))).await;
    farm.attach(async |transfer: Transfer| {
        transfer.write(b"0123456789").await.expect("it fits");
        assert!(transfer.write(b"x").await.is_err());
        assert!(transfer.write(b"").await.is_err());
        assert!(transfer.close().await.is_err());
        transfer.succeed().await;
        true
    })
    .await;
    assert_eq!(
        farm.failure().await,
        "the worker sent more than maxsize, 10 bytes; give a larger maxsize, or none\n"
    );
}

#[tokio::test]
async fn a_file_that_was_not_closed_is_not_kept() {
    let mut farm = Farm::start(file("f", "f", |_| ())).await;
    farm.attach(async |transfer: Transfer| {
        transfer.write(b"half").await.expect("it is taken");
        transfer.succeed().await;
        true
    })
    .await;
    let told = farm.failure().await;
    assert!(told.contains("did not come whole"), "{told}");
}

#[tokio::test]
async fn what_comes_after_the_close_is_refused() {
    let mut farm = Farm::start(file("f", "f", |_| ())).await;
    farm.attach(async |transfer: Transfer| {
        transfer.write(b"all").await.expect("it is taken");
        transfer.close().await.expect("it is closed");
        assert!(transfer.write(b"more").await.is_err());
        transfer.succeed().await;
        true
    })
    .await;
    let told = farm.failure().await;
    assert!(told.contains("wrote to a file that it had closed"), "{told}");
}

#[tokio::test]
async fn a_file_is_not_unpacked_and_has_no_impossible_times() {
    let mut farm = Farm::start(file("f", "f", |_| ())).await;
    farm.attach(async |transfer: Transfer| {
        let transfer_id = transfer.id;
        transfer.close().await.expect("it is closed");
        let times = WorkerCall::SetTimes {
            transfer: transfer_id,
            accessed: f64::NAN,
            modified: 1e300,
        };
        assert!(transfer.call(times).await.is_err());
        assert!(
            transfer
                .call(WorkerCall::Unpack { transfer: transfer_id })
                .await
                .is_err()
        );
        transfer.succeed().await;
        true
    })
    .await;
    let told = farm.failure().await;
    assert!(told.contains("cannot have the times NaN"), "{told}");
}

#[tokio::test]
async fn a_transfer_of_nobody_is_refused_and_the_link_lives() {
    let mut farm = Farm::start(file("f", "f", |_| ())).await;
    farm.attach(async |transfer: Transfer| {
        for call in [
            WorkerCall::Read {
                transfer: 999,
                length: 4,
            },
            WorkerCall::Write {
                transfer: 999,
                data: Bytes::from_static(b"x"),
            },
            WorkerCall::Unpack { transfer: -1 },
            WorkerCall::Read {
                transfer: transfer.id,
                length: 4,
            },
        ] {
            assert!(matches!(transfer.call(call).await, Err(CallError::Failed(_))));
        }
        transfer.write(b"well").await.expect("it is taken");
        transfer.close().await.expect("it is closed");
        transfer.succeed().await;
        true
    })
    .await;
    let build = farm.rig.build("b").await;
    assert_eq!(results(&build), Results::Success);
    assert_eq!(std::fs::read(farm.master().join("f")).expect("it is there"), b"well");
}

#[tokio::test]
async fn an_archive_that_leads_out_is_refused_as_a_whole() {
    let mut farm = Farm::start(folder("d", "d", |upload| upload.compress = Compress::No)).await;
    farm.attach(async |transfer: Transfer| {
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, "good", &b"x"[..])
            .expect("it is packed");
        header.as_old_mut().name[..9].copy_from_slice(b"../../bad");
        header.set_cksum();
        archive.append(&header, &b"x"[..]).expect("it is packed");
        let archive = archive.into_inner().expect("it ends");
        transfer.write(&archive).await.expect("it is taken");
        let unpack = WorkerCall::Unpack { transfer: transfer.id };
        assert!(transfer.call(unpack).await.is_err());
        transfer.succeed().await;
        true
    })
    .await;
    let told = farm.failure().await;
    assert!(
        told.contains("the archive's '../../bad' leads out of the folder"),
        "{told}"
    );
    assert!(!farm.temporary.path().join("bad").exists());
}

#[tokio::test]
async fn an_upload_is_deleted_when_the_link_is_lost() {
    let mut farm = Farm::start(file("f", "sub/f", |_| ())).await;
    let folder = farm.master().join("sub");
    let seen = folder.clone();
    let worker = farm
        .attach(async move |transfer: Transfer| {
            transfer.write(b"half").await.expect("it is taken");
            assert_eq!(names(&seen).len(), 1, "it is written beside its place");
            false
        })
        .await;
    let build = farm.rig.build("b").await;
    assert_eq!(results(&build), Results::Retry);
    assert!(names(folder).is_empty());
    worker.await.expect("the worker ends well");
}
