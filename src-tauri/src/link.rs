//! Commands to the resident, over its local socket.

use crate::place::Place;
use crate::resident::{self, NotStarted};
use crate::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Whether the resident answers. The pages know the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not yet reached.
    Connecting,
    /// Events come.
    Live,
    /// It was reached before, or could not be started.
    Lost,
}

/// Why a command was not done, in the form of the resident's own refusals.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable word; `unreachable` is only said here.
    pub code: String,
    /// The thing and the reason.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Problems of single fields.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

impl Refusal {
    /// A refusal of this program's own.
    pub fn new(code: &str, message: String, hint: &str) -> Refusal {
        Refusal {
            code: code.to_owned(),
            message,
            hint: Some(hint.to_owned()),
            fields: BTreeMap::new(),
        }
    }
}

/// What the window knows of the resident.
pub struct Link {
    /// Where it is.
    pub place: Place,
    /// Held while it is being started, so that this is done once; holds why it could not be.
    start: tokio::sync::Mutex<Option<NotStarted>>,
    state: Mutex<State>,
}

impl Link {
    /// Nothing is asked yet.
    pub fn new(place: Place) -> Link {
        Link {
            place,
            start: tokio::sync::Mutex::new(None),
            state: Mutex::new(State::Connecting),
        }
    }

    /// Whether the resident answers.
    pub fn state(&self) -> State {
        *self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Notes whether it answers; tells whether that is new.
    pub fn note(&self, state: State) -> bool {
        let mut now = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *now, state) != state
    }

    /// Starts the resident if it does not answer, and waits until it does.
    pub async fn start(&self) -> Result<(), Refusal> {
        let mut failed = self.start.lock().await;
        match resident::ensure(&self.place).await {
            Ok(()) => {
                *failed = None;
                Ok(())
            }
            Err(error) => {
                let refusal = Refusal::new("failed", error.to_string(), error.hint());
                *failed = Some(error);
                Err(refusal)
            }
        }
    }

    /// Passes a command on and gives its output. One that comes while the resident is being started waits for it;
    /// after that failed, it is tried once more.
    pub async fn call(&self, name: &str, input: &Value) -> Result<Value, Refusal> {
        let failed = self.start.lock().await.is_some();
        if failed {
            self.start().await?;
        }
        let known = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !known || name.is_empty() {
            return Err(Refusal::new(
                "not_found",
                format!("there is no command '{name}'"),
                "Restart Outpost.",
            ));
        }
        let unreachable = |error: reqwest::Error| {
            Refusal::new(
                "unreachable",
                format!("Outpost does not answer: {error}"),
                "It is asked again by itself.",
            )
        };
        let answer = stream::http(&self.place.socket)
            .map_err(unreachable)?
            .post(format!("http://outpost/api/outpost/v1/call/{name}"))
            .json(input)
            .send()
            .await
            .map_err(unreachable)?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(|error| {
            let message = format!("Outpost answered {status} with something that is no JSON: {error}");
            Refusal::new(
                "failed",
                message,
                "The window and Outpost may be of different versions: restart both.",
            )
        })?;
        if status.is_success() {
            return Ok(body);
        }
        Err(serde_json::from_value(body).unwrap_or_else(|_| {
            let message = format!("Outpost answered with status {status} and no reason.");
            Refusal::new(
                "failed",
                message,
                "The window and Outpost may be of different versions: restart both.",
            )
        }))
    }
}
