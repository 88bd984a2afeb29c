//! The dashboard's port from outside: who has the link gets in, nobody else does.

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::json;
use tests::Outpost;

/// The dashboard's link, good once, and its address.
fn link(outpost: &Outpost) -> (String, String) {
    let said = outpost.ok(&["run", "--no-tray"]);
    let link = said.split_whitespace().last().expect("a link").to_owned();
    let (address, _) = link.split_once("/?token=").expect("a token");
    (link.clone(), address.to_owned())
}

#[tokio::test]
async fn who_has_the_link_gets_in_and_nobody_else() {
    let outpost = Outpost::start().await;
    let (link, address) = link(&outpost);
    let builders = format!("{address}/api/v2/builders");
    let stranger = Client::builder().redirect(Policy::none()).build().expect("a client");
    assert_eq!(
        stranger.get(&builders).send().await.expect("an answer").status(),
        StatusCode::OK,
        "tools may read"
    );
    let command = |client: &Client| {
        client
            .post(format!("{address}/api/outpost/v1/call/overview"))
            .json(&json!({}))
    };
    assert_eq!(
        command(&stranger).send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );

    let let_in = stranger.get(&link).send().await.expect("an answer");
    let cookie = let_in.headers().get("set-cookie").expect("a cookie").clone();
    let with_cookie = [("cookie".parse().expect("a name"), cookie)].into_iter().collect();
    let person = Client::builder()
        .default_headers(with_cookie)
        .build()
        .expect("a client");
    assert_eq!(
        command(&person).send().await.expect("an answer").status(),
        StatusCode::OK
    );
    let again = stranger.get(&link).send().await.expect("an answer");
    assert!(
        again.headers().get("set-cookie").is_none(),
        "a link is good once: {again:?}"
    );

    let elsewhere = person
        .get(&builders)
        .header("Host", "evil.example")
        .send()
        .await
        .expect("an answer")
        .status();
    assert_eq!(elsewhere, StatusCode::FORBIDDEN);
    let foreign = command(&person)
        .header("Origin", "http://evil.example")
        .send()
        .await
        .expect("an answer")
        .status();
    assert_eq!(foreign, StatusCode::FORBIDDEN);
}
