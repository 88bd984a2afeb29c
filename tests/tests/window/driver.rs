//! The real window, driven through `tauri-driver` and the web view's own WebDriver: the plain protocol over HTTP.

use serde_json::{Value, json};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tests::Outpost;

/// How long what must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window and what drives it. Both end with it.
pub struct Window {
    driver: Child,
    http: reqwest::Client,
    session: String,
}

impl Window {
    /// Opens the window of a resident, on its first page.
    pub async fn open(outpost: &Outpost) -> Window {
        let (port, native) = (free_port(), free_port());
        let mut command = Command::new("tauri-driver");
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        command
            .env("OUTPOST_HOME", outpost.home())
            .env_remove("OUTPOST_PROFILE");
        command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
        let mut window = Window {
            driver: command.spawn().expect("tauri-driver starts"),
            http: reqwest::Client::new(),
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let program = tests::program().with_file_name("outpost-desktop");
        let wanted = json!({"capabilities": {"alwaysMatch": {"tauri:options": {"application": program}}}});
        let answer = window.first_answer(&wanted).await;
        let id = answer["value"]["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no session: {answer:#}"));
        window.session = format!("{}/{id}", window.session);
        window
    }

    /// The driver takes a moment until it listens, and the web view's own behind it one more.
    async fn first_answer(&self, wanted: &Value) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.http.post(&self.session).json(wanted).send().await {
                Ok(answer) => return answer.json().await.expect("JSON"),
                Err(_) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => panic!("tauri-driver does not answer: {error}"),
            }
        }
    }

    async fn ask(&self, command: &str, input: Value) -> Result<Value, Value> {
        let address = format!("{}/{command}", self.session);
        let sent = self.http.post(address).json(&input).send().await;
        let mut answer: Value = sent.expect("the driver answers").json().await.expect("JSON");
        let value = answer["value"].take();
        if value.get("error").is_some() {
            Err(value)
        } else {
            Ok(value)
        }
    }

    /// The value of a JavaScript expression in the page.
    pub async fn value(&self, expression: &str) -> Value {
        let script = json!({"script": format!("return {expression}"), "args": []});
        self.ask("execute/sync", script).await.unwrap_or(Value::Null)
    }

    /// The value of a JavaScript expression in the page's frame; null while there is none.
    pub async fn value_in_frame(&self, expression: &str) -> Value {
        let css = json!({"using": "css selector", "value": "iframe"});
        let Ok(frame) = self.ask("element", css).await else {
            return Value::Null;
        };
        let value = match self.ask("frame", json!({"id": frame})).await {
            Ok(_) => self.value(expression).await,
            Err(_) => Value::Null,
        };
        // Also out of a frame that is gone meanwhile.
        self.ask("frame", json!({"id": null})).await.expect("the page");
        value
    }

    /// The text that is seen, for messages and waiting.
    pub async fn text(&self) -> String {
        self.value("document.body.innerText")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the page shows a text.
    pub async fn seen(&self, text: &str) {
        self.until(&format!("'{text}' is seen"), |page| page.contains(text))
            .await;
    }

    /// Waits until the page shows a text no more.
    pub async fn gone(&self, text: &str) {
        self.until(&format!("'{text}' is gone"), |page| {
            !page.is_empty() && !page.contains(text)
        })
        .await;
    }

    async fn until(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if wanted(&text) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "it did not come to pass that {what}:\n{text}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the page's main heading is that.
    pub async fn page(&self, title: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let heading = self.value("document.querySelector('h1')?.innerText").await;
            if heading == title {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the page is {heading}, not {title}:\n{}",
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Clicks the link or button of that name, as soon as there is one.
    pub async fn click(&self, name: &str) {
        let id = self.find(name).await;
        self.ask(&format!("element/{id}/click"), json!({}))
            .await
            .expect("a click");
    }

    /// Clicks what closes the window: the driver may have no answer to that any more.
    pub async fn click_last(&self, name: &str) {
        let id = self.find(name).await;
        drop(self.ask(&format!("element/{id}/click"), json!({})).await);
    }

    /// Presses a key, wherever the page is.
    pub async fn press(&self, key: &str) {
        let keys = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        let input = json!({"actions": [{"type": "key", "id": "keyboard", "actions": keys}]});
        self.ask("actions", input).await.expect("a key");
    }

    /// Waits until the page has that path.
    pub async fn until_path(&self, path: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.value("location.pathname").await;
            if now == path {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the page is {now}, not {path}:\n{}",
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Types into the field of that name.
    pub async fn write(&self, name: &str, text: &str) {
        let id = self.find(name).await;
        self.ask(&format!("element/{id}/value"), json!({"text": text}))
            .await
            .expect("keys");
    }

    async fn find(&self, name: &str) -> String {
        let kinds = "self::a or self::button or self::input or self::textarea";
        let path = format!(
            "//*[{kinds}][@aria-label='{name}' or normalize-space()='{name}' or parent::label[normalize-space()='{name}']]"
        );
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.ask("element", json!({"using": "xpath", "value": path})).await;
            match found {
                Ok(element) => return element[ELEMENT].as_str().expect("an element's id").to_owned(),
                Err(error) => assert!(
                    Instant::now() < deadline,
                    "there is no '{name}' ({error}):\n{}",
                    self.text().await
                ),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The driver, the web view's driver and the window are one group. There is nothing better to do than to try.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["--", &group]).status();
        let _ = self.driver.wait();
    }
}

/// A port that nobody has just now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
