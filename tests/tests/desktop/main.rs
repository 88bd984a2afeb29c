//! The desktop from end to end: a commit of mine that breaks gives one notice and an icon that asks for attention, a
//! commit of somebody else none; the repair says so; what is muted is silent. Secrets come from the real keychain.
//!
//! Each test runs itself again inside `tests/desktop-rig`: a private X screen and session bus with dunst, Xfce's tray
//! host and gnome-keyring.

mod tries;
mod workers;

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tests::farm::{Knobs, MadeUp};
use tests::{Outpost, Repository, Team, has, skip, wake_ups};

const GOOD: &str = "#!/bin/sh\necho fine\n";
const BAD: &str = "#!/bin/sh\necho 'main.c:3: error: broken on purpose' >&2\nexit 1\n";

/// Runs the test of that name inside the rig; whether this process is inside already.
fn inside(test: &str, settings: &[(&str, &str)]) -> bool {
    if std::env::var_os("RIG_INSIDE").is_some() {
        return true;
    }
    for program in [
        "Xvfb",
        "dbus-run-session",
        "dunst",
        "xfce4-panel",
        "gnome-keyring-daemon",
        "dbus-monitor",
    ] {
        if !has(program) {
            skip(&format!("desktop: {program} is not installed"));
            return false;
        }
    }
    let rig = Path::new(env!("CARGO_MANIFEST_DIR")).join("desktop-rig");
    let mut command = Command::new(rig);
    command
        .envs(settings.iter().copied())
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

/// What a program on the bus printed.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("it starts");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Asks until the answer is as wanted; there is no event for what another program shows.
fn until<T: std::fmt::Debug>(what: &str, ask: impl Fn() -> T, wanted: impl Fn(&T) -> bool) -> T {
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
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every Notify call so far: what it replaces, its summary and its body. One of which only some lines are written yet
/// does not count; the last is the time for which it is shown.
fn notices() -> Vec<(u64, String, String)> {
    let text = std::fs::read_to_string(std::env::var("RIG_NOTICES").expect("inside the rig")).unwrap_or_default();
    let calls = text.split("member=Notify").skip(1);
    calls
        .filter(|call| call.contains("\n   int32 "))
        .filter_map(|call| {
            let mut lines = call.lines().skip(1).map(str::trim);
            let _program = lines.next()?;
            let replaces = lines.next()?.strip_prefix("uint32 ")?.parse().ok()?;
            let rest: Vec<&str> = call.split("   string \"").collect();
            let text = |at: usize| {
                rest.get(at)
                    .map(|part| part.trim_end().trim_end_matches('"').to_owned())
            };
            Some((replaces, text(3)?, text(4)?.split("\"\n").next()?.to_owned()))
        })
        .collect()
}

/// The status of our item in the tray: `Active` or `NeedsAttention`.
fn tray_status() -> String {
    let watcher = [
        "call",
        "--session",
        "--dest",
        "org.kde.StatusNotifierWatcher",
        "--object-path",
        "/StatusNotifierWatcher",
    ];
    let get = [
        "--method",
        "org.freedesktop.DBus.Properties.Get",
        "org.kde.StatusNotifierWatcher",
        "RegisteredStatusNotifierItems",
    ];
    let items = said("gdbus", &[&watcher[..], &get[..]].concat());
    let Some(item) = items.split('\'').nth(1) else {
        return format!("no item: {items}");
    };
    let (bus, path) = item
        .find('/')
        .map_or((item, "/StatusNotifierItem"), |at| item.split_at(at));
    let get = [
        "--method",
        "org.freedesktop.DBus.Properties.Get",
        "org.kde.StatusNotifierItem",
        "Status",
    ];
    said(
        "gdbus",
        &[
            &["call", "--session", "--dest", bus, "--object-path", path][..],
            &get[..],
        ]
        .concat(),
    )
}

async fn project(outpost: &Outpost) -> Repository {
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    repository
}

async fn until_verdict(outpost: &Outpost, number: i64) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let notices = outpost.call("notices", json!({})).await;
        let found = notices["verdicts"]
            .as_array()
            .and_then(|all| all.iter().find(|v| v["number"] == number).cloned());
        if let Some(verdict) = found {
            return verdict;
        }
        assert!(Instant::now() < deadline, "no verdict on build {number}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn my_break_is_told_once_and_its_repair_too() {
    if !inside("my_break_is_told_once_and_its_repair_too", &[]) {
        return;
    }
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    let repository = project(&outpost).await;
    until("the tray is calm", tray_status, |status| status.contains("Active"));
    assert_eq!(notices(), [], "a first build is told to nobody");

    repository.write("test", BAD);
    let revision = repository.commit("break it");
    assert_eq!(outpost.built("widget", 2).await["results"], 2);
    let told = until("the break is told", notices, |all| !all.is_empty());
    let (_, title, body) = &told[0];
    let words = format!("{title}\n{body}");
    for part in ["widget", "2", "test", &revision[..7]] {
        assert!(words.contains(part), "'{part}' in: {words}");
    }
    until("the tray asks for attention", tray_status, |status| {
        status.contains("NeedsAttention")
    });

    outpost.ok(&["force", "widget"]);
    assert_eq!(outpost.built("widget", 3).await["results"], 2);
    assert_eq!(until_verdict(&outpost, 3).await["told"], false);
    assert_eq!(notices().len(), 1, "one notice for one break");

    repository.write("test", GOOD);
    repository.commit("repair it");
    assert_eq!(outpost.built("widget", 4).await["results"], 0);
    let told = until("the repair is told", notices, |all| all.len() == 2);
    assert!(told[1].1.to_lowercase().contains("fixed"), "{told:?}");
    assert_ne!(told[1].0, 0, "it takes the place of the notice of the break");
    until("the tray is calm again", tray_status, |status| {
        status.contains("Active")
    });
}

#[tokio::test]
async fn others_and_muted_breaks_are_silent() {
    if !inside("others_and_muted_breaks_are_silent", &[]) {
        return;
    }
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    let repository = project(&outpost).await;
    repository.write("test", BAD);
    repository.commit_as("Otto Other <otto@example.org>", "break it");
    assert_eq!(outpost.built("widget", 2).await["results"], 2);
    assert_eq!(until_verdict(&outpost, 2).await["told"], false);
    repository.write("test", GOOD);
    repository.commit("repair it");
    outpost.built("widget", 3).await;
    until_verdict(&outpost, 3).await;

    outpost.ok(&["mute", "widget", "--until", "forever"]);
    repository.write("test", BAD);
    repository.commit("break it myself");
    assert_eq!(outpost.built("widget", 4).await["results"], 2);
    assert_eq!(until_verdict(&outpost, 4).await["told"], false);
    assert_eq!(notices(), []);
    let status = tray_status();
    assert!(!status.contains("NeedsAttention"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_of_mine_on_a_joined_master_is_told_and_one_of_others_is_not() {
    if !inside(
        "a_break_of_mine_on_a_joined_master_is_told_and_one_of_others_is_not",
        &[],
    ) {
        return;
    }
    let made = MadeUp::start("Team CI", 3, Knobs::default()).await;
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    let mut settings = outpost.call("settings", json!({})).await;
    settings["identities"] = json!(["ann@example.org"]);
    outpost.call("save_settings", settings).await;
    outpost.ok(&["join", &made.url(), "--name", "team"]);
    until("the tray is calm", tray_status, |status| status.contains("Active"));

    let build = made.begin(1, Some("Otto Other <otto@example.org>"));
    made.end(build, 2);
    assert_eq!(until_verdict(&outpost, 2).await["told"], false);
    assert_eq!(notices(), []);
    let build = made.begin(2, Some("Ann <ann@example.org>"));
    outpost
        .until("it runs", |overview| overview["running"][0]["mark"]["build"] == build)
        .await;
    made.end(build, 2);
    let told = until("the break is told", notices, |all| !all.is_empty());
    assert!(told[0].1.contains("builder 2"), "{told:?}");
    until("the tray asks for attention", tray_status, |status| {
        status.contains("NeedsAttention")
    });
    let build = made.begin(2, Some("Ann <ann@example.org>"));
    made.end(build, 0);
    let told = until("the repair is told", notices, |all| all.len() == 2);
    assert!(told[1].1.to_lowercase().contains("fixed"), "{told:?}");
}

#[tokio::test]
async fn a_tray_that_shows_nothing_new_wakes_nobody() {
    if !inside("a_tray_that_shows_nothing_new_wakes_nobody", &[]) {
        return;
    }
    let mut outpost = Outpost::prepared();
    outpost.run(&[]).await;
    let _repository = project(&outpost).await;
    until("the tray is calm", tray_status, |status| status.contains("Active"));
    // What the build and the panel set going comes to rest. What was learned is kept within ten seconds.
    let mut before = wake_ups(outpost.pid());
    for round in 0.. {
        tokio::time::sleep(Duration::from_secs(11)).await;
        let now = wake_ups(outpost.pid());
        if now == before {
            break;
        }
        assert!(round < 10, "it does not come to rest: {:?}", now.since(&before));
        before = now;
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    let woken = wake_ups(outpost.pid()).since(&before);
    assert!(
        woken.values().sum::<u64>() < 2,
        "threads that woke up, and how often: {woken:?}"
    );
}

/// A builder whose step needs a secret.
async fn with_secret(outpost: &Outpost) -> Value {
    let repository = Repository::new("widget");
    repository.write(
        "test",
        "#!/bin/sh\ntest \"$TOKEN\" = 'open sesame' && echo \"it is $TOKEN\"\n",
    );
    repository.commit("first");
    outpost.ok(&["init", "--yes", "--no-build", repository.path().to_str().expect("text")]);
    let file = outpost.home().join("config/projects/widget.star");
    let text = std::fs::read_to_string(&file).expect("the project's file");
    let with_env = text.replace(
        "command = \"./test\",",
        "command = \"./test\", env = {\"TOKEN\": util.Secret(\"token\")},",
    );
    assert_ne!(text, with_env);
    let draft = json!({"file": "projects/widget.star", "text": with_env});
    let applied = outpost.call("apply_configuration", draft).await;
    assert_eq!(applied["applied"], true, "{applied:#}");
    outpost.ok(&["force", "widget"]);
    outpost.built("widget", 1).await
}

/// Keeps the secret in the keychain as a person would.
fn set_secret(outpost: &Outpost) {
    let mut set = outpost.command();
    set.args(["secret", "set", "token"]).stdin(std::process::Stdio::piped());
    let mut child = set.spawn().expect("it starts");
    std::io::Write::write_all(child.stdin.as_mut().expect("a pipe"), b"open sesame\n").expect("written");
    drop(child.stdin.take());
    assert!(child.wait().expect("it ends").success());
}

#[tokio::test]
async fn a_secret_comes_from_the_keychain_and_reaches_no_log() {
    if !inside("a_secret_comes_from_the_keychain_and_reaches_no_log", &[]) {
        return;
    }
    let outpost = &mut Outpost::prepared();
    set_secret(outpost);
    outpost.run(&["--no-tray"]).await;
    let built = with_secret(outpost).await;
    assert_eq!(built["results"], 0, "{built:#}");
    let log = outpost.ok(&["log", "widget/1", "--step", "test"]);
    assert!(log.contains("it is ") && !log.contains("sesame"), "{log}");
}

/// The build ended because the secret could not be had; the one line of its page that says why.
async fn why_it_could_not(outpost: &Outpost, built: &Value) -> String {
    assert_eq!(built["results"], 4, "{built:#}");
    let page = outpost.call("build", json!({"build": built["build"]})).await;
    page["summary"].as_str().expect("a summary").to_owned()
}

#[tokio::test]
async fn without_a_keychain_the_build_says_so() {
    if !inside("without_a_keychain_the_build_says_so", &[("RIG_KEYCHAIN", "no")]) {
        return;
    }
    let outpost = &mut Outpost::prepared();
    outpost.run(&["--no-tray"]).await;
    let built = with_secret(outpost).await;
    let summary = why_it_could_not(outpost, &built).await;
    assert!(
        summary.contains("'token'") && summary.contains("no keychain here"),
        "{summary}"
    );
}

#[tokio::test]
async fn without_the_secret_the_build_says_how_to_set_it() {
    if !inside("without_the_secret_the_build_says_how_to_set_it", &[]) {
        return;
    }
    let outpost = &mut Outpost::prepared();
    outpost.run(&["--no-tray"]).await;
    let built = with_secret(outpost).await;
    let summary = why_it_could_not(outpost, &built).await;
    assert!(summary.contains("outpost secret set token"), "{summary}");
}

/// The keychain asks for its password on the screen, and nobody is there to type it.
#[tokio::test]
async fn a_locked_keychain_ends_the_build_with_the_next_step() {
    if !inside("a_locked_keychain_ends_the_build_with_the_next_step", &[]) {
        return;
    }
    let outpost = &mut Outpost::prepared();
    set_secret(outpost);
    let service = [
        "--dest",
        "org.freedesktop.secrets",
        "--object-path",
        "/org/freedesktop/secrets",
    ];
    let lock = [
        "--method",
        "org.freedesktop.Secret.Service.Lock",
        "['/org/freedesktop/secrets/aliases/default']",
    ];
    let locked = said("gdbus", &[&["call", "--session"], &service[..], &lock[..]].concat());
    assert!(locked.contains("/org/freedesktop/secrets/"), "{locked}");
    outpost.run(&["--no-tray"]).await;
    let started = Instant::now();
    let built = with_secret(outpost).await;
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "it waits for half a minute at most"
    );
    let summary = why_it_could_not(outpost, &built).await;
    assert!(
        summary.contains("keychain is locked") && summary.contains("unlock it"),
        "{summary}"
    );
}

/// What the keychain has for joined masters, by name.
fn kept_secrets() -> Vec<String> {
    let found = Command::new("secret-tool")
        .args(["search", "--all", "service", "outpost"])
        .output();
    let found = found.expect("secret-tool starts");
    let text = [found.stdout, found.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let names = text.lines().filter(|line| line.contains("master-"));
    names.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_signs_in_with_is_kept_in_the_keychain_and_nowhere_else() {
    if !inside("what_one_signs_in_with_is_kept_in_the_keychain_and_nowhere_else", &[]) {
        return;
    }
    if !has("secret-tool") {
        return skip("desktop: secret-tool is not installed");
    }
    let Some(team) = Team::with_users(3600).await else {
        return;
    };
    let mut outpost = Outpost::prepared();
    outpost.run(&["--no-tray"]).await;
    outpost.ok(&["join", &team.url(), "--name", "team"]);
    let password = outpost.home().join("password");
    std::fs::write(&password, "pass-ann\n").expect("a file");
    let file = password.to_str().expect("text");
    outpost.ok(&["sign-in", "team", "--user", "ann", "--password-file", file]);
    std::fs::remove_file(&password).expect("it was there");
    let row = |overview: &Value| {
        let mut rows = overview["masters"].as_array().into_iter().flatten();
        rows.find(|row| row["master"] == "team").cloned().unwrap_or_default()
    };
    let signed_in = |overview: &Value| row(overview)["user"] == "ann";
    let overview = outpost.until("Ann is signed in", signed_in).await;
    assert_eq!(row(&overview)["session_only"], false);
    assert!(!kept_secrets().is_empty(), "the keychain has it");

    outpost.quit();
    let holds = Command::new("grep")
        .args(["-rl", "pass-ann"])
        .arg(outpost.home())
        .output();
    assert_eq!(
        String::from_utf8_lossy(&holds.expect("grep runs").stdout),
        "",
        "no file has it"
    );
    outpost.run(&["--no-tray"]).await;
    outpost.until("Ann is signed in again", signed_in).await;
    outpost.ok(&["force", "team/widget"]);

    outpost.ok(&["sign-out", "team"]);
    assert_eq!(kept_secrets(), Vec::<String>::new());
    outpost.quit();
    outpost.run(&["--no-tray"]).await;
    let heard = |overview: &Value| row(overview)["condition"] == "live";
    let overview = outpost.until("it is followed", heard).await;
    assert!(row(&overview)["user"].is_null(), "{overview:#}");
}
