//! A resident that runs for one test.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program under test, built beside the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a running test");
    let folder = test.parent().and_then(Path::parent).expect("target/debug");
    let program = folder.join("outpost");
    assert!(
        program.is_file(),
        "{} is not built: cargo build -p cli",
        program.display()
    );
    program
}

/// A resident, its folder, and questions to it. Killed when it goes out of use.
pub struct Outpost {
    home: TempDir,
    child: Option<Child>,
    extra: Vec<(String, String)>,
    without: Vec<String>,
}

impl Outpost {
    /// One that does not run yet.
    pub fn prepared() -> Outpost {
        // What asks it here takes its cryptography from the process. Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Outpost {
            home: tempfile::tempdir().expect("a temporary folder"),
            child: None,
            extra: Vec::new(),
            without: Vec::new(),
        }
    }

    /// One that runs, without a tray.
    pub async fn start() -> Outpost {
        let mut outpost = Outpost::prepared();
        outpost.run(&["--no-tray"]).await;
        outpost
    }

    /// Gives every start an environment variable.
    pub fn with(mut self, name: &str, value: &str) -> Outpost {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Keeps an environment variable from every start.
    pub fn without(mut self, name: &str) -> Outpost {
        self.without.push(name.to_owned());
        self
    }

    /// Starts it and waits until it answers.
    pub async fn run(&mut self, options: &[&str]) {
        let child = self
            .command()
            .args(["run", "--port", "0"])
            .args(options)
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("the program starts"));
        self.until_up().await;
    }

    /// Waits until it answers.
    pub async fn until_up(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while UnixStream::connect(self.socket()).await.is_err() {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                panic!("the resident ended at once: {status}");
            }
            assert!(Instant::now() < deadline, "the resident did not answer");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The program with this resident's environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(program());
        command
            .env("OUTPOST_HOME", self.home.path())
            .env_remove("OUTPOST_PROFILE");
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command.envs(self.extra.iter().map(|(name, value)| (name, value)));
        for name in &self.without {
            command.env_remove(name);
        }
        command
    }

    /// Its folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where its workers build.
    pub fn builds(&self) -> PathBuf {
        self.home.path().join("data/builds")
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.home.path().join("run/default.sock")
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("a running resident").id()
    }

    /// Runs the command line against it.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the program starts")
    }

    /// Runs the command line, which must succeed, and gives its standard output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.cli(arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "outpost {arguments:?} ended with {}:\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        text
    }

    /// Calls a command of the front end.
    pub async fn call(&self, name: &str, input: Value) -> Value {
        let (status, answer) = self.try_call(name, input).await;
        assert_eq!(status, 200, "{name}: {answer}");
        answer
    }

    /// Calls a command of the front end; status and answer.
    pub async fn try_call(&self, name: &str, input: Value) -> (u16, Value) {
        let http = self.http();
        let address = format!("http://outpost/api/outpost/v1/call/{name}");
        let answer = http.post(address).json(&input).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// Reads a path of the REST API.
    pub async fn rest(&self, path: &str) -> Value {
        let address = format!("http://outpost/api/v2/{path}");
        let answer = self
            .http()
            .get(address)
            .header("Accept", "application/json")
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.expect("JSON")
    }

    /// Calls a method of the REST API's control.
    pub async fn control(&self, path: &str, method: &str, id: &str, params: Value) -> Value {
        let address = format!("http://outpost/api/v2/{path}");
        let call = json!({"jsonrpc": "2.0", "method": method, "id": id, "params": params});
        let answer = self.http().post(address).json(&call).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    }

    /// Listens to the events of these paths on `/ws`.
    pub async fn listen(&self, paths: &[&str]) -> Ear {
        let stream = UnixStream::connect(self.socket()).await.expect("the socket");
        let (mut socket, _) = tokio_tungstenite::client_async("ws://outpost/ws", stream)
            .await
            .expect("a WebSocket");
        for path in paths {
            let order = json!({"cmd": "startConsuming", "path": path, "_id": path});
            socket.send(Message::text(order.to_string())).await.expect("sent");
        }
        let mut ear = Ear { socket };
        for _ in paths {
            assert_eq!(ear.frame().await["code"], 200);
        }
        ear
    }

    fn http(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .unix_socket(self.socket())
            .build()
            .expect("a client")
    }

    /// What the pages Now and Builders show.
    pub async fn overview(&self) -> Value {
        self.call("overview", json!({})).await
    }

    /// Waits until the overview is as wanted and gives it. Wakes by events, not by time.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let stream = UnixStream::connect(self.socket()).await.expect("the socket");
        let address = "ws://outpost/api/outpost/v1/events";
        let (mut events, _) = tokio_tungstenite::client_async(address, stream).await.expect("events");
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let overview = self.overview().await;
            if wanted(&overview) {
                return overview;
            }
            match tokio::time::timeout_at(deadline, events.next()).await {
                Ok(Some(Ok(_))) => continue,
                Ok(_) => panic!("the resident went away while waiting until {what}"),
                Err(_) => panic!("it did not come to pass that {what}: {overview:#}"),
            }
        }
    }

    /// Waits until a command's answer is as wanted and gives it. Wakes by events, not by time.
    pub async fn until_answer(
        &self,
        name: &str,
        input: Value,
        what: &str,
        patience: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let stream = UnixStream::connect(self.socket()).await.expect("the socket");
        let address = "ws://outpost/api/outpost/v1/events";
        let (mut events, _) = tokio_tungstenite::client_async(address, stream).await.expect("events");
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let answer = self.call(name, input.clone()).await;
            if wanted(&answer) {
                return answer;
            }
            match tokio::time::timeout_at(deadline, events.next()).await {
                Ok(Some(Ok(_))) => continue,
                Ok(_) => panic!("the resident went away while waiting until {what}"),
                Err(_) => panic!("it did not come to pass that {what}: {answer:#}"),
            }
        }
    }

    /// Waits until the builder's build of that number is over; gives its mark.
    pub async fn built(&self, builder: &str, number: i64) -> Value {
        let mark = |overview: &Value| {
            let rows = overview["builders"].as_array()?;
            let row = rows.iter().find(|row| row["name"] == builder)?;
            let marks = row["last"].as_array()?;
            marks
                .iter()
                .find(|mark| mark["number"] == number && !mark["complete_at"].is_null())
                .cloned()
        };
        let overview = self
            .until(&format!("{builder}/{number} is over"), |overview| {
                mark(overview).is_some()
            })
            .await;
        mark(&overview).expect("it was seen")
    }

    /// Kills it without warning.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    /// Ends it as a person would, and waits.
    pub fn quit(&mut self) {
        self.ok(&["quit"]);
        if let Some(mut child) = self.child.take() {
            let status = child.wait().expect("it ends");
            assert!(status.success(), "the resident ended with {status}");
        }
    }
}

impl Drop for Outpost {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // On the way out of a test there is nothing better to do than to try.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A client of `/ws`.
pub struct Ear {
    socket: WebSocketStream<UnixStream>,
}

impl Ear {
    /// Waits for the next event whose key ends so; gives its body.
    pub async fn event(&mut self, ending: &str) -> Value {
        loop {
            let mut frame = self.frame().await;
            if frame["k"].as_str().is_some_and(|key| key.ends_with(ending)) {
                return frame["m"].take();
            }
        }
    }

    async fn frame(&mut self) -> Value {
        let frame = tokio::time::timeout(PATIENCE, self.socket.next())
            .await
            .expect("an event in time");
        let frame = frame.expect("an open connection").expect("a frame");
        serde_json::from_str(frame.to_text().expect("text")).expect("JSON")
    }
}
