//! The resident as the command line sees it: commands and events over its local socket.

use crate::failure::{FORBIDDEN, Failure, NOT_FOUND, NOT_RUNNING, OTHER, USAGE};
use app::api::{Event, Refusal};
use app::places::Places;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// A connection to the resident of one profile.
pub struct Client {
    http: reqwest::Client,
    places: Places,
}

/// Events of the resident, in order.
pub struct Events {
    socket: WebSocketStream<UnixStream>,
}

impl Client {
    /// Connects, or says that nothing runs.
    pub async fn connect(places: &Places) -> Result<Client, Failure> {
        match UnixStream::connect(&places.socket).await {
            Ok(_) => Client::new(places),
            Err(_) => Err(not_running(places)),
        }
    }

    /// Whether a resident answers.
    pub async fn is_running(places: &Places) -> bool {
        UnixStream::connect(&places.socket).await.is_ok()
    }

    /// Waits for a resident that is starting, at most `patience`.
    pub async fn wait_for(places: &Places, patience: Duration) -> Result<Client, Failure> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            match Client::connect(places).await {
                Ok(client) => return Ok(client),
                Err(failure) if tokio::time::Instant::now() > deadline => return Err(failure),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn new(places: &Places) -> Result<Client, Failure> {
        // Nobody is to be trusted over a socket: reading all the system's certificates would take longer than most commands.
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .unix_socket(places.socket.as_path())
            .build()
            .map_err(|error| Failure::other(format!("no connection can be made: {error}")))?;
        Ok(Client {
            http,
            places: places.clone(),
        })
    }

    /// Calls a command.
    pub async fn call<T: DeserializeOwned>(&self, name: &str, input: impl Serialize) -> Result<T, Failure> {
        let address = format!("http://outpost/api/outpost/v1/call/{name}");
        let lost = |error: reqwest::Error| {
            Failure::new(NOT_RUNNING, format!("Outpost went away during '{name}': {error}"))
                .hint("See its log, and start it again with:  outpost run")
        };
        let answer = self.http.post(address).json(&input).send().await.map_err(lost)?;
        if answer.status().is_success() {
            return answer.json().await.map_err(lost);
        }
        let status = answer.status();
        let text = answer.text().await.map_err(lost)?;
        match serde_json::from_str::<Refusal>(&text) {
            Ok(refusal) => Err(refusal.into()),
            Err(_) => Err(Failure::other(format!("Outpost answered {status} to '{name}': {text}"))),
        }
    }

    /// Subscribes to events. Ask for a snapshot only after this returned: then nothing is missed.
    pub async fn events(&self) -> Result<Events, Failure> {
        let lost =
            |error: &dyn std::fmt::Display| Failure::new(NOT_RUNNING, format!("no events from Outpost: {error}"));
        let stream = UnixStream::connect(&self.places.socket)
            .await
            .map_err(|_| not_running(&self.places))?;
        let (socket, _) = tokio_tungstenite::client_async("ws://outpost/api/outpost/v1/events", stream)
            .await
            .map_err(|error| lost(&error))?;
        Ok(Events { socket })
    }
}

impl Events {
    /// The next event; `None` when the resident is gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.socket.next().await? {
                Ok(Message::Text(text)) => match serde_json::from_str(&text) {
                    Ok(event) => return Some(event),
                    // A newer resident may tell kinds that this program does not know.
                    Err(_) => continue,
                },
                Ok(Message::Ping(bytes)) => self.socket.send(Message::Pong(bytes)).await.ok()?,
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => continue,
            }
        }
    }
}

fn not_running(places: &Places) -> Failure {
    let failure = Failure::new(NOT_RUNNING, format!("Outpost does not run for {}", places.profile));
    if places.socket.starts_with(&places.configuration) {
        failure.hint(format!(
            "Start it with:  outpost master start {}",
            places.configuration.display()
        ))
    } else {
        failure.hint("Start it with:  outpost run")
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let code = match refusal.code.as_str() {
            "not_found" => NOT_FOUND,
            "invalid" => USAGE,
            "forbidden" => FORBIDDEN,
            _ => OTHER,
        };
        // A single problem may be the whole message.
        let mut message = refusal.message.clone();
        for (field, problem) in refusal
            .fields
            .iter()
            .filter(|(_, problem)| **problem != refusal.message)
        {
            message.push_str(&format!("\n  {field}: {problem}"));
        }
        Failure {
            code,
            message,
            hint: refusal.hint,
        }
    }
}
