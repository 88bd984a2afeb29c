//! Users, what they may not do, and sessions that end.

use super::{as_json, join, master, refused, told, with_input};
use std::time::Duration;
use tests::{Outpost, Team};

/// How long a session lasts at the master, in seconds.
const SESSION: u32 = 4;

fn sign_in(outpost: &Outpost, user: &str, password: &str) -> std::process::Output {
    let arguments = [
        "sign-in",
        "team",
        "--user",
        user,
        "--password-file",
        "-",
        "--session-only",
    ];
    with_input(outpost, &arguments, password)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_why_and_a_session_that_ends_is_renewed() {
    let Some(team) = Team::with_users(SESSION).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    // Reading goes on without signing in; orders do not.
    let (code, said) = refused(&outpost, &["force", "team/widget"]);
    assert_eq!(code, 6, "{said}");
    let denied = master(&outpost.overview().await, "team")["denied"].clone();
    assert!(denied["force"].is_string(), "{denied}");

    let (_, said) = told(sign_in(&outpost, "ann", "wrong"), &["sign-in"]);
    assert!(said.contains("does not accept"), "{said}");
    // Bob may sign in, and do nothing.
    assert!(sign_in(&outpost, "bob", "pass-bob").status.success());
    let (code, said) = refused(&outpost, &["force", "team/widget"]);
    assert!(code == 6 && said.contains("admins"), "{said}");

    let signed_in = sign_in(&outpost, "ann", "pass-ann");
    assert!(
        signed_in.status.success(),
        "{}",
        String::from_utf8_lossy(&signed_in.stderr)
    );
    assert!(String::from_utf8_lossy(&signed_in.stdout).contains("as ann"));
    let masters = as_json(&outpost, &["masters"]);
    let row = masters["masters"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["master"] == "team"));
    let row = row.expect("it is joined");
    assert_eq!(
        (row["user"].as_str(), row["session_only"].as_bool()),
        (Some("ann"), Some(true))
    );
    assert_eq!(
        row["denied"],
        serde_json::json!({}),
        "what another user was denied is forgotten"
    );
    outpost.ok(&["force", "team/widget", "--wait"]);

    // The session ends at the master, by its clock: this is the only way to see that it is renewed.
    tokio::time::sleep(Duration::from_secs(u64::from(SESSION) + 1)).await;
    outpost.ok(&["force", "team/widget", "--wait"]);

    outpost.ok(&["sign-out", "team"]);
    let (code, _) = refused(&outpost, &["force", "team/widget"]);
    assert_eq!(code, 6);
    // The password is nowhere on the disk.
    let kept = std::process::Command::new("grep")
        .args(["-rl", "pass-ann"])
        .arg(outpost.home())
        .output();
    assert_eq!(String::from_utf8_lossy(&kept.expect("grep runs").stdout), "");
}
