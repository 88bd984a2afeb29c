//! An HTML log of a joined master: it has its own looks and pictures in the window too, and nothing more.

use crate::driver::Window;
use crate::{inside, until_value};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

/// Two pixels side by side.
const PICTURE: &str = "data:image/png;base64,\
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DA8J8BAAf/Af8Bf4mnAAAAAElFTkSuQmCC";

/// Styles, a picture, and whatever may lead elsewhere.
fn log(elsewhere: &str) -> String {
    [
        "<style>h1 { color: rgb(4, 5, 6) }</style>",
        "<h1>Coverage</h1>",
        "<p style='color: rgb(1, 2, 3)'>87 %</p>",
        &format!("<img src='{PICTURE}'>"),
        &format!("<style>@import '{elsewhere}/import'; body {{ background: url({elsewhere}/ground) }}</style>"),
        &format!("<style>@font-face {{ font-family: f; src: url({elsewhere}/font) }} p {{ font-family: f }}</style>"),
        &format!("<p style='background: url({elsewhere}/style)'>far</p><img src='{elsewhere}/picture'>"),
        &format!("<script>document.title = 'ran'; fetch('{elsewhere}/script')</script>"),
        &format!("<iframe src='{elsewhere}/frame'></iframe><object data='{elsewhere}/object'></object>"),
        &format!("<meta http-equiv='refresh' content='0;url={elsewhere}/refresh'>"),
    ]
    .join("\n")
}

async fn until(window: &Window, expression: &str, wanted: &Value) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let value = window.value_in_frame(expression).await;
        if value == *wanted {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "{expression} is {value}, not {wanted}: {} {}\n{}",
            window.value("document.querySelector('iframe')?.outerHTML").await,
            window
                .value_in_frame("location.href + document.documentElement.outerHTML")
                .await,
            window.text().await
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_html_log_has_its_own_looks_and_asks_nothing_of_anybody() {
    if !inside("html_log::an_html_log_has_its_own_looks_and_asks_nothing_of_anybody") {
        return;
    }
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a free port");
    elsewhere.set_nonblocking(true).expect("a socket");
    let address = elsewhere.local_addr().expect("an address");
    let knobs = Knobs {
        html_log: log(&format!("http://{address}")),
        ..Knobs::default()
    };
    let made = MadeUp::start("Team", 1, knobs).await;
    let mut outpost = Outpost::prepared();
    outpost.run(&["--no-tray"]).await;
    let join = json!({"url": made.url(), "name": "team", "secret": null, "session_only": false});
    outpost.call("join", join).await;

    let window = Window::open(&outpost).await;
    window.click("Builders").await;
    window.click("team/builder 1").await;
    window.page("builder 1").await;
    window.click("#1").await;
    window.page("builder 1 #1").await;

    until(&window, "document.readyState", &json!("complete")).await;
    let colour = |of: &str| format!("getComputedStyle(document.querySelector('{of}')).color");
    until(&window, &colour("p"), &json!("rgb(1, 2, 3)")).await;
    until(&window, &colour("h1"), &json!("rgb(4, 5, 6)")).await;
    until(&window, "document.querySelector('img').naturalWidth", &json!(2)).await;
    assert_ne!(window.value_in_frame("document.title").await, "ran");
    assert!(elsewhere.accept().is_err(), "something was asked for elsewhere");

    // What our own pages may look like is still decided by us alone.
    let ours = "(() => { const style = document.createElement('style'); style.textContent = 'h1 { color: rgb(9, 9, 9) }'; \
                document.head.append(style); return getComputedStyle(document.querySelector('h1')).color })()";
    until_value(&window, &format!("{ours} !== 'rgb(9, 9, 9)'"), &json!(true)).await;
}
