//! What goes wrong outside gets a clear message at the right place, and the rest keeps working.

mod command;
mod database;
mod full_disk;
mod log;
mod repository;

use serde_json::Value;
use tests::Outpost;

/// Waits until the overview has a trouble with that text; gives its message.
async fn trouble(outpost: &Outpost, about: &str, text: &str) -> String {
    let message = |overview: &Value| {
        let troubles = overview["troubles"].as_array()?.iter();
        let mut messages = troubles
            .filter(|t| t["about"] == about)
            .filter_map(|t| t["message"].as_str());
        messages.find(|message| message.contains(text)).map(str::to_owned)
    };
    let overview = outpost
        .until(&format!("'{text}' is told"), |o| message(o).is_some())
        .await;
    message(&overview).expect("it was seen")
}

/// Waits until nothing is wrong any more.
async fn no_trouble(outpost: &Outpost) {
    outpost
        .until("nothing is wrong", |o| {
            o["troubles"].as_array().is_some_and(Vec::is_empty)
        })
        .await;
}
