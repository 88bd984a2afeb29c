//! Masters of teams: real Buildbots of two releases, and made-up ones with the peculiarities of large installations.

mod addresses;
mod breaks;
mod claims;
mod clock;
mod cut_off;
mod force;
mod hostile;
mod identity;
mod large_log;
mod limits;
mod live;
mod missing;
mod orders;
mod rename;
mod restart;
mod sets;
mod sign_in;
mod waiting;
mod waking;

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Output, Stdio};
use tests::Outpost;

/// Joins a master as `team` and waits until it is followed.
async fn join(outpost: &Outpost, url: &str) {
    join_as(outpost, url, "team").await;
}

/// Joins a master by that name and waits until it is followed.
async fn join_as(outpost: &Outpost, url: &str, name: &str) {
    outpost.ok(&["join", url, "--name", name]);
    until_it_is(outpost, name, "live").await;
}

/// Waits until a master is followed in that way.
async fn until_it_is(outpost: &Outpost, name: &str, condition: &str) -> Value {
    let is_so = |overview: &Value| master(overview, name)["condition"] == condition;
    let overview = outpost.until(&format!("{name} is {condition}"), is_so).await;
    master(&overview, name).clone()
}

/// A master's row.
fn master<'a>(overview: &'a Value, name: &str) -> &'a Value {
    let mut rows = overview["masters"].as_array().into_iter().flatten();
    rows.find(|row| row["master"] == name).unwrap_or(&Value::Null)
}

/// A builder's row.
fn builder<'a>(overview: &'a Value, name: &str, builder: &str) -> &'a Value {
    let mut rows = overview["builders"].as_array().into_iter().flatten();
    rows.find(|row| row["master"] == name && row["name"] == builder)
        .unwrap_or(&Value::Null)
}

/// Waits until a build is known to be over; its mark.
async fn until_over(outpost: &Outpost, name: &str, of: &str, number: i64) -> Value {
    let mark = |overview: &Value| {
        let marks = builder(overview, name, of)["last"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        marks
            .into_iter()
            .find(|mark| mark["number"] == number && !mark["complete_at"].is_null())
    };
    let overview = outpost
        .until(&format!("{name}/{of}/{number} is over"), |overview| {
            mark(overview).is_some()
        })
        .await;
    mark(&overview).expect("it was seen")
}

/// Makes these names and addresses the person's own.
async fn i_am(outpost: &Outpost, identities: &[&str]) {
    let mut settings = outpost.call("settings", json!({})).await;
    settings["identities"] = json!(identities);
    outpost.call("save_settings", settings).await;
}

/// Runs the command line with a line on its standard input.
fn with_input(outpost: &Outpost, arguments: &[&str], line: &str) -> Output {
    let child = outpost
        .command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input");
    // A program that refuses at once does not read it.
    let _ = writeln!(stdin, "{line}");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// What a command that must not succeed says, and its exit code.
fn refused(outpost: &Outpost, arguments: &[&str]) -> (i32, String) {
    told(outpost.cli(arguments), arguments)
}

fn told(output: Output, arguments: &[&str]) -> (i32, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} succeeded");
    (output.status.code().expect("it ended by itself"), said)
}

/// What a command prints for programs.
fn as_json(outpost: &Outpost, arguments: &[&str]) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    serde_json::from_str(&outpost.ok(&arguments)).expect("JSON")
}
