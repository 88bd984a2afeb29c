//! Claims on broken builders: kept, told and given back.

use crate::farm::{Farm, Wish, body};
use crate::socket::{Ear, Heard};
use reqwest::StatusCode;
use serde_json::{Value, json};
use web::Access;

const PATH: &str = "/api/outpost/v1/claims";

async fn post(farm: &Farm, claim: Value) -> (u16, Value) {
    let asked = crate::asking::builder().build().expect("a client").post(farm.url(PATH));
    body(asked.json(&claim).send().await.expect("an answer")).await
}

async fn listed(farm: &Farm) -> Vec<Value> {
    let asked = crate::asking::builder().build().expect("a client").get(farm.url(PATH));
    let (status, list) = body(asked.send().await.expect("an answer")).await;
    assert_eq!(status, 200, "{list}");
    list["claims"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_claim_is_listed_told_replaced_and_given_back() {
    let farm = Farm::new().await;
    let mut ear = Ear::new(farm.address).await;
    ear.say(json!({"cmd": "startConsuming", "path": "claims/*/*", "_id": 1}))
        .await;
    ear.frame().await;
    assert_eq!(listed(&farm).await, [] as [Value; 0]);

    let (status, list) = post(&farm, json!({"builderid": 1, "by": "Ada\n"})).await;
    assert_eq!((status, &list["claims"][0]["by"]), (200, &json!("Ada")));
    let told = ear.frame().await;
    assert_eq!((&told["k"], &told["m"]["by"]), (&json!("claims/1/new"), &json!("Ada")));

    post(&farm, json!({"builderid": 1, "by": "Bob"})).await;
    assert_eq!(ear.frame().await["m"]["by"], "Bob");
    let claims = listed(&farm).await;
    assert_eq!(
        (claims.len(), &claims[0]["builderid"], &claims[0]["by"]),
        (1, &json!(1), &json!("Bob"))
    );

    let (status, list) = post(&farm, json!({"builderid": 1})).await;
    assert_eq!((status, list), (200, json!({"claims": []})));
    let Heard::Frame(over) = ear.hear().await else {
        panic!("the end is told")
    };
    assert_eq!(over, json!({"k": "claims/1/over", "m": {"builderid": 1}}));
}

#[tokio::test]
async fn what_is_no_claim_is_refused_with_a_reason() {
    let farm = Farm::new().await;
    for bad in [
        json!({"builderid": 99, "by": "Ada"}),
        json!({"by": "Ada"}),
        json!(7),
        json!({"builderid": 1, "by": " "}),
    ] {
        let (status, answer) = post(&farm, bad.clone()).await;
        assert_eq!((status, &answer["code"]), (400, &json!("invalid")), "{bad}: {answer}");
    }
    assert_eq!(listed(&farm).await, [] as [Value; 0]);
    let text = crate::asking::builder().build().expect("a client").post(farm.url(PATH));
    let unmarked = text
        .body(r#"{"builderid":1,"by":"Ada"}"#)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        unmarked.status(),
        StatusCode::BAD_REQUEST,
        "a page of another site cannot send JSON"
    );
}

#[tokio::test]
async fn a_master_that_is_not_open_keeps_its_claims_from_guests() {
    let farm = Farm::with(Wish {
        access: Access {
            open: false,
            ..Access::default()
        },
        ..Wish::default()
    })
    .await;
    let (status, _) = post(&farm, json!({"builderid": 1, "by": "Eve"})).await;
    assert_eq!(status, 401);
}
