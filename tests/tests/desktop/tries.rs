//! A person's try is told once when it is over, to that person alone; a click leads to it, and silence keeps it.

use super::{BAD, GOOD, inside, notices, said, tray_status, until, until_verdict};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Outpost, Repository};
use tokio::net::UnixStream;
use tokio::sync::mpsc;

/// One without a screen, so that a click opens no window and the page that it leads to is told to the other faces.
fn without_screen() -> Outpost {
    Outpost::prepared().without("DISPLAY").with("BROWSER", "true")
}

/// The pages to which clicks lead.
async fn pages(outpost: &Outpost) -> mpsc::UnboundedReceiver<String> {
    let stream = UnixStream::connect(outpost.socket()).await.expect("the socket");
    let address = "ws://outpost/api/outpost/v1/events";
    let (mut events, _) = tokio_tungstenite::client_async(address, stream).await.expect("events");
    let (tell, pages) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(event)) = events.next().await {
            let event: Value = serde_json::from_str(event.to_text().unwrap_or_default()).unwrap_or_default();
            if event["kind"] == "open" {
                let path = event["path"].as_str().unwrap_or_default().to_owned();
                // Whoever waits for no more pages is gone.
                let _ = tell.send(path);
            }
        }
    });
    pages
}

async fn project(outpost: &Outpost) -> Repository {
    let repository = Repository::new("widget");
    repository.write("test", GOOD);
    repository.commit("first");
    outpost.ok(&["init", "--yes", repository.path().to_str().expect("text")]);
    outpost.built("widget", 1).await;
    repository
}

/// Tries what is in the folder on the own master; gives the try's number once it is over.
async fn tried(outpost: &Outpost, repository: &Repository, results: &str) -> i64 {
    let change = outpost.call("try_look", json!({"folder": repository.path()})).await;
    let order = json!({"change": change["change"], "target": "bundled", "builders": ["widget"]});
    let row = outpost.call("try_submit", order).await;
    let id = row["id"].as_i64().expect("a try");
    let over = |row: &Value| row["state"] == "ended";
    let patience = Duration::from_secs(60);
    let row = outpost
        .until_answer("try_row", json!({"id": id}), "it is over", patience, over)
        .await;
    assert_eq!(row["results"], results, "{row:#}");
    id
}

/// Clicks on the only notice on the screen.
async fn click(pages: &mut mpsc::UnboundedReceiver<String>) -> String {
    let displayed = || said("dunstctl", &["count", "displayed"]);
    until("one notice is shown", displayed, |count| count == "1");
    said("dunstctl", &["action", "0"]);
    let page = tokio::time::timeout(Duration::from_secs(20), pages.recv()).await;
    let page = page.expect("a page in time").expect("a running resident");
    said("dunstctl", &["close-all"]);
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_is_told_once_to_who_submitted_it_and_a_click_leads_there() {
    if !inside(
        "tries::a_try_is_told_once_to_who_submitted_it_and_a_click_leads_there",
        &[],
    ) {
        return;
    }
    let mut ann = without_screen();
    ann.run(&[]).await;
    let repository = project(&ann).await;
    let mut pages = pages(&ann).await;

    // Bob follows Ann's master, and wants to know whatever breaks there from now on: her first build ended just before.
    let mut bob = without_screen();
    bob.run(&[]).await;
    let address = ann.call("hello", json!({})).await["dashboard"].clone();
    bob.ok(&["join", address.as_str().expect("an address"), "--name", "ann"]);
    until_verdict(&bob, 1).await;
    let mut settings = bob.call("settings", json!({})).await;
    settings["rules"] = json!([{"about": {"master": "ann"}, "whose": "everybody", "modes": ["all"]}]);
    bob.call("save_settings", settings).await;

    repository.write("test", BAD);
    let id = tried(&ann, &repository, "failure").await;
    let told = until("the end is told", notices, |all| !all.is_empty());
    let (_, title, body) = &told[0];
    assert_eq!(title, "Your change of widget did not pass");
    assert!(body.starts_with("The builder failed, on "), "{body}");
    assert!(body.ends_with("\nwidget"), "{body}");
    let sent = std::fs::read_to_string(std::env::var("RIG_NOTICES").expect("inside the rig")).expect("notices");
    assert!(sent.contains("string \"Open try\""), "{sent}");
    assert_eq!(click(&mut pages).await, format!("/try/{id}"));

    repository.write("test", "#!/bin/sh\necho also fine\n");
    let id = tried(&ann, &repository, "success").await;
    let told = until("the end is told", notices, |all| all.len() > 1);
    let (replaced, title, body) = &told[1];
    assert_eq!((*replaced, title.as_str()), (0, "Your change of widget is green"));
    assert!(body.starts_with("Green, on "), "{body}");
    assert_eq!(click(&mut pages).await, format!("/try/{id}"));

    // Both have heard of it, and of a build after it.
    bob.built("widget", 3).await;
    ann.ok(&["force", "widget"]);
    until_verdict(&ann, 4).await;
    until_verdict(&bob, 4).await;
    let titles: Vec<String> = notices().into_iter().map(|(_, title, _)| title).collect();
    let others: Vec<&String> = titles.iter().filter(|title| !title.contains("Your change")).collect();
    assert_eq!(titles.len() - others.len(), 2, "{titles:?}");
    assert!(others.iter().all(|title| title.contains("#4")), "{titles:?}");
    let status = tray_status();
    assert!(!status.contains("NeedsAttention"), "{status}");
    let overview = bob.overview().await;
    assert_eq!(overview["breaks"], json!([]), "{:#}", overview["breaks"]);
}

/// A time of the local day, so many hours from now.
fn in_hours(hours: i64) -> String {
    let then = jiff::Zoned::now().saturating_add(jiff::Span::new().hours(hours));
    then.strftime("%H:%M").to_string()
}

#[tokio::test]
async fn quiet_hours_and_a_mute_of_everything_keep_it() {
    if !inside("tries::quiet_hours_and_a_mute_of_everything_keep_it", &[]) {
        return;
    }
    let mut outpost = without_screen();
    outpost.run(&[]).await;
    let repository = project(&outpost).await;
    repository.write("test", BAD);

    let spoken = outpost.call("settings", json!({})).await;
    let mut quiet = spoken.clone();
    (quiet["quiet_from"], quiet["quiet_to"]) = (json!(in_hours(-3)), json!(in_hours(3)));
    outpost.call("save_settings", quiet).await;
    tried(&outpost, &repository, "failure").await;
    outpost.ok(&["force", "widget"]);
    until_verdict(&outpost, 3).await;
    assert_eq!(notices(), []);
    outpost.call("save_settings", spoken).await;
    until("it is told afterwards", notices, |all| all.len() == 1);

    outpost.ok(&["mute", "--until", "forever"]);
    tried(&outpost, &repository, "failure").await;
    outpost.ok(&["force", "widget"]);
    until_verdict(&outpost, 5).await;
    assert_eq!(notices().len(), 1);
    outpost.ok(&["unmute"]);
    let told = until("it is told afterwards", notices, |all| all.len() == 2);
    assert!(
        told.iter().all(|(_, title, _)| title.contains("did not pass")),
        "{told:?}"
    );
}
