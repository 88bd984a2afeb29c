//! The real window inside a private desktop: first run, the resident's end and return, tray and notices that lead to
//! its pages, and a change that is tried.
//!
//! Each test runs itself again inside `tests/desktop-rig`.

mod driver;
mod html_log;
mod provider;
mod tries;

use driver::Window;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::{Outpost, Repository, has, skip};

const GOOD: &str = "#!/bin/sh\necho fine\n";
const BAD: &str = "#!/bin/sh\necho 'main.c:3: error: broken on purpose' >&2\nexit 1\n";

/// Runs the test of that name inside the rig; whether this process is inside already.
fn inside(test: &str) -> bool {
    if std::env::var_os("RIG_INSIDE").is_some() {
        return true;
    }
    let needed = [
        "Xvfb",
        "dbus-run-session",
        "dunst",
        "xfce4-panel",
        "xdotool",
        "tauri-driver",
        "WebKitWebDriver",
    ];
    if let Some(program) = needed.into_iter().find(|program| !has(program)) {
        skip(&format!("window: {program} is not installed"));
        return false;
    }
    if !tests::program().with_file_name("outpost-desktop").is_file() {
        skip("window: outpost-desktop is not built");
        return false;
    }
    let rig = Path::new(env!("CARGO_MANIFEST_DIR")).join("desktop-rig");
    let mut command = Command::new(rig);
    command
        .env("RIG_KEYCHAIN", "no")
        .arg(std::env::current_exe().expect("this test"));
    let output = command
        .args(["--exact", test, "--nocapture"])
        .output()
        .expect("the rig starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// Asks until the answer is as wanted; there is no event for what another program shows.
async fn until<T: std::fmt::Debug>(what: &str, ask: impl Fn() -> T, wanted: impl Fn(&T) -> bool) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "it did not come to pass that {what}: {answer:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("it starts");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Programs of the web view and of the window that belong to this resident.
fn windows_processes(outpost: &Outpost) -> Vec<String> {
    let mark = format!("OUTPOST_HOME={}", outpost.home().display());
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|process| {
            let environment = std::fs::read(process.path().join("environ")).ok()?;
            let ours = environment.split(|byte| *byte == 0).any(|one| one == mark.as_bytes());
            let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
            let name = name.trim();
            (ours && (name.starts_with("WebKit") || name.starts_with("outpost-desk"))).then(|| name.to_owned())
        })
        .filter(|name| name != "WebKitWebDriver")
        .collect()
}

/// The window by its title; `None` while there is none.
fn titled(title: &str) -> Option<String> {
    let found = said("xdotool", &["search", "--onlyvisible", "--name", title]);
    found.lines().next().map(str::to_owned)
}

/// A left click on our item in the tray.
async fn click_on_tray() {
    let watcher = "org.kde.StatusNotifierWatcher";
    let get = [
        "call",
        "--session",
        "--dest",
        watcher,
        "--object-path",
        "/StatusNotifierWatcher",
        "--method",
    ];
    let property = [
        "org.freedesktop.DBus.Properties.Get",
        watcher,
        "RegisteredStatusNotifierItems",
    ];
    let items = || said("gdbus", &[&get[..], &property[..]].concat());
    let items = until("the tray has our item", items, |items| items.contains('\'')).await;
    let item = items.split('\'').nth(1).expect("an item");
    let (bus, path) = item
        .find('/')
        .map_or((item, "/StatusNotifierItem"), |at| item.split_at(at));
    let click = ["call", "--session", "--dest", bus, "--object-path", path];
    said(
        "gdbus",
        &[
            &click[..],
            &["--method", "org.kde.StatusNotifierItem.Activate", "10", "10"],
        ]
        .concat(),
    );
}

#[tokio::test]
async fn from_nothing_to_green_and_over_the_residents_end() {
    if !inside("from_nothing_to_green_and_over_the_residents_end") {
        return;
    }
    let mut outpost = Outpost::prepared();
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");

    // Nothing runs: the window starts the resident.
    let started = Started(outpost.command());
    let window = Window::open(&outpost).await;
    window.page("No projects yet").await;
    outpost.until_up().await;
    window.click("Add a folder").await;
    window.page("Add a folder").await;
    let folder = repository.path();
    window
        .write("Folder or address of a repository", folder.to_str().expect("text"))
        .await;
    window.click("Look at it").await;
    window.seen("Recognised").await;
    window.click("Add and build").await;
    window.page("widget #1").await;
    window.seen("Success").await;
    assert_eq!(outpost.built("widget", 1).await["results"], 0);

    // It ends, the page says so, and nothing starts it again; it comes back, and so does the page.
    outpost.ok(&["quit"]);
    window.seen("Stale since").await;
    assert!(!outpost.cli(&["status"]).status.success(), "nobody started it again");
    drop(started);
    outpost.run(&["--no-tray"]).await;
    window.gone("Stale since").await;
    outpost.ok(&["force", "widget"]);
    window.click("Builders").await;
    window.click("widget").await;
    window.seen("#2").await;
    outpost.built("widget", 2).await;

    // Its size is kept over its closing; the resident stays, and of the window nothing.
    let id = titled("Outpost$").expect("a window");
    said("xdotool", &["windowsize", "--sync", &id, "901", "602"]);
    let width = json!(901);
    until_value(&window, "innerWidth", &width).await;
    assert!(
        windows_processes(&outpost)
            .iter()
            .any(|name| name.starts_with("WebKit"))
    );
    window.click("Quit…").await;
    window.click_last("Keep it in the background").await;
    until(
        "nothing of the window is left",
        || windows_processes(&outpost),
        Vec::is_empty,
    )
    .await;
    assert_eq!(outpost.overview().await["builders"][0]["name"], "widget");
    drop(window);
    let window = Window::open(&outpost).await;
    window.page("Now").await;
    until_value(&window, "innerWidth", &width).await;
    assert_eq!(window.value("innerHeight").await, 602);
}

/// Ends the resident that a window started, however the test ends.
struct Started(Command);

impl Drop for Started {
    fn drop(&mut self) {
        // One that ended already is what is wanted.
        let _ = self.0.arg("quit").stderr(Stdio::null()).status();
    }
}

/// The kinds of events that another face hears, for example a page in a browser.
async fn heard(outpost: &Outpost) -> Arc<Mutex<Vec<Value>>> {
    let stream = tokio::net::UnixStream::connect(outpost.socket())
        .await
        .expect("the socket");
    let address = "ws://outpost/api/outpost/v1/events";
    let (mut events, _) = tokio_tungstenite::client_async(address, stream).await.expect("events");
    let kinds = Arc::new(Mutex::new(Vec::new()));
    let kept = kinds.clone();
    tokio::spawn(async move {
        while let Some(Ok(event)) = events.next().await {
            let event: Value = serde_json::from_str(event.to_text().unwrap_or_default()).unwrap_or_default();
            kept.lock().expect("no panic").push(event["kind"].clone());
        }
    });
    kinds
}

async fn until_value(window: &Window, expression: &str, wanted: &Value) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let value = window.value(expression).await;
        if value == *wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{expression} is {value}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn tray_notices_and_second_starts_lead_to_pages_of_the_one_window() {
    if !inside("tray_notices_and_second_starts_lead_to_pages_of_the_one_window") {
        return;
    }
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);

    // Without a window a click opens one, which a person closes.
    click_on_tray().await;
    until("a window opens at Now", || titled("^Now – Outpost$"), Option::is_some).await;
    let id = titled("^Now – Outpost$").expect("it is there");
    let pid = said("xdotool", &["getwindowpid", &id]);
    assert!(Command::new("kill").arg(&pid).status().expect("kill").success());
    until("it is gone", || windows_processes(&outpost), Vec::is_empty).await;

    let kinds = heard(&outpost).await;
    let window = Window::open(&outpost).await;
    window.page("Now").await;
    window.click("Settings").await;
    window.page("Settings").await;
    click_on_tray().await;
    window.page("Now").await;

    let mut second = Command::new(tests::program().with_file_name("outpost-desktop"));
    second
        .arg("/changes")
        .env("OUTPOST_HOME", outpost.home())
        .stdin(Stdio::null());
    assert!(second.status().expect("it starts").success());
    window.page("Changes").await;

    repository.write("test", BAD);
    repository.commit("break it");
    until(
        "a notice is shown",
        || said("dunstctl", &["count", "displayed"]),
        |count| count != "0",
    )
    .await;
    said("dunstctl", &["action", "0"]);
    window.page("widget #2").await;
    window.seen("main.c:3: error: broken on purpose").await;
    let marked = window.value("document.querySelector('.line.marked')?.innerText").await;
    assert!(
        marked.as_str().is_some_and(|line| line.contains("main.c:3")),
        "{marked}"
    );
    let webs = windows_processes(&outpost);
    let own = webs.iter().filter(|name| name.starts_with("outpost-desk")).count();
    assert_eq!(own, 1, "one window for a profile: {webs:?}");
    let kinds = kinds.lock().expect("no panic");
    assert!(kinds.contains(&json!("overview")), "{kinds:?}");
    assert!(
        !kinds.contains(&json!("open")),
        "a page in a browser stays where it is: {kinds:?}"
    );
}

#[tokio::test]
async fn a_sign_in_at_a_provider_happens_in_a_window_of_ours() {
    if !inside("a_sign_in_at_a_provider_happens_in_a_window_of_ours") {
        return;
    }
    let master = provider::Provider::start().await;
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    let window = Window::open(&outpost).await;
    window.click("Join a team").await;
    window.write("Address of one of its pages", &master.url()).await;
    window.click("Look").await;
    window.seen("nothing without signing in").await;
    window.click("Sign in at GitHub…").await;
    // There is no keychain here.
    window.click("Keep it for this run only").await;
    window.page("Closed CI").await;
    window.seen("ann").await;
    assert!(
        master.visits().iter().any(|page| page == "/provider"),
        "{:?}",
        master.visits()
    );
    let masters = outpost.call("masters", json!({})).await;
    assert_eq!(masters["masters"][1]["user"], "ann", "{masters:#}");
}
