//! By a force form of a real master.

use crate::buildbot::{Master, job};
use client::rest::ForceScheduler;
use submit::form;

#[tokio::test]
async fn a_form_with_a_patch_parameter_takes_a_change() {
    let Some(master) = Master::start().await else { return };
    let http = master.http();
    let forms: Vec<ForceScheduler> = http.rows("forceschedulers", "forceschedulers").await.expect("forms");
    let named = |name: &str| forms.iter().find(|form| form.name == name).expect("a form");
    assert!(form::takes_patch(named("form")) && !form::takes_patch(named("plain")));

    let mut wanted = job(&["a", "b"]);
    wanted.properties.insert("kind".to_owned(), "quick".into());
    wanted.properties.insert("other".to_owned(), "x".into());
    let forced = form::submit(&http, named("form"), &wanted).await.expect("taken");
    assert_eq!(forced.requests.len(), 2);
    let (_, stamp) = master.only_stamp().await;
    assert_eq!(stamp["patch"]["level"], 1);
    assert_eq!(stamp["patch"]["author"], "Ann <ann@example.org>");
    assert_eq!(stamp["branch"], "main");
    assert_eq!(stamp["revision"], "abc123");

    wanted.properties.insert("third".to_owned(), "x".into());
    let refused = form::submit(&http, named("form"), &wanted)
        .await
        .expect_err("one too many");
    assert!(refused.message.contains("property"), "{refused}");
    let mut binary = job(&["a"]);
    binary.patch.as_mut().expect("a patch").body = vec![0xff].into();
    let refused = form::submit(&http, named("form"), &binary).await.expect_err("no text");
    assert!(refused.message.contains("UTF-8"), "{refused}");
    let refused = form::submit(&http, named("form"), &job(&["c"]))
        .await
        .expect_err("no such builder");
    assert!(refused.message.contains("'c'"), "{refused}");
}
