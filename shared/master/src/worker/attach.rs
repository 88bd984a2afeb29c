//! The attach sequence (`worker-protocol-pb` §1, §2).

use super::connection::{Connection, Notice, Origin};
use crate::error::AttachError;
use model::Json;
use std::time::Duration;
use wire::worker::link::{CallError, End};
use wire::worker::{Answer, Call, MasterCall, Value, WorkerInfo};

/// A worker that does not answer within this is no worker.
const PATIENCE: Duration = Duration::from_secs(30);

/// Brings the worker at `end` to where it may build: greets it, asks about it and tells it its builders. Afterwards
/// its calls are served until the link is gone; `notices` gets what concerns the engine.
pub async fn attach(
    worker: &str,
    origin: Option<Origin>,
    end: End,
    builders: Vec<(String, String)>,
    notices: impl Fn(Notice) + Send + Sync + 'static,
) -> Result<Connection, AttachError> {
    let failed = |reason: String| AttachError::Failed {
        worker: worker.to_owned(),
        reason,
    };
    let End { caller, inbox } = end;
    let call = |call: MasterCall| caller.call(Call::Master(call));
    let greeting = async {
        let attached = || MasterCall::Print {
            message: "attached".to_owned(),
        };
        let count = builders.len();
        call(attached()).await?;
        let info = match call(MasterCall::GetWorkerInfo).await? {
            Answer::Info(info) => info,
            _ => WorkerInfo::new(),
        };
        call(MasterCall::SetBuilderList {
            builders: builders.clone(),
        })
        .await?;
        for _ in 0..count {
            call(attached()).await?;
        }
        Ok::<WorkerInfo, CallError>(info)
    };
    let info = match tokio::time::timeout(PATIENCE, greeting).await {
        Ok(Ok(info)) => info,
        Ok(Err(CallError::Lost)) => return Err(AttachError::Lost(worker.to_owned())),
        Ok(Err(error)) => return Err(failed(error.to_string())),
        Err(_) => {
            return Err(failed(format!(
                "it did not answer within {} seconds",
                PATIENCE.as_secs()
            )));
        }
    };
    let commands_known = commands_of(&info);
    let environment = environment_of(&info);
    let connection = Connection::new(
        worker.to_owned(),
        origin,
        caller,
        shown(info),
        environment,
        commands_known,
        builders,
    );
    tokio::spawn(connection.clone().serve(inbox, notices));
    Ok(connection)
}

/// The commands that it says it knows.
fn commands_of(info: &WorkerInfo) -> Option<Vec<String>> {
    let (_, commands) = info.iter().find(|(key, _)| key == "worker_commands")?;
    match commands {
        Value::Dict(pairs) if !pairs.is_empty() => Some(pairs.iter().map(|(name, _)| name.clone()).collect()),
        _ => None,
    }
}

/// Its environment, for steps that ask for it.
fn environment_of(info: &WorkerInfo) -> Vec<(String, Json)> {
    match info.iter().find(|(key, _)| key == "environ") {
        Some((_, Value::Dict(pairs))) => pairs
            .iter()
            .map(|(name, value)| (name.clone(), json(value.clone())))
            .collect(),
        _ => Vec::new(),
    }
}

/// What is shown of what a worker tells: neither its environment nor its commands.
fn shown(info: WorkerInfo) -> Json {
    let kept = info
        .into_iter()
        .filter(|(key, _)| !matches!(key.as_str(), "environ" | "worker_commands"));
    Json::Object(kept.map(|(key, value)| (key, json(value))).collect())
}

fn json(value: Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(truth) => truth.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
        Value::List(items) | Value::Tuple(items) => items.into_iter().map(json).collect(),
        Value::Dict(pairs) => Json::Object(pairs.into_iter().map(|(key, value)| (key, json(value))).collect()),
    }
}
