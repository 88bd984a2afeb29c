//! A master whose clock is not ours.

use super::breaks::{notices, verdict};
use super::{i_am, join, until_over};
use tests::Outpost;
use tests::farm::{Knobs, MadeUp};

const TEN_MINUTES: i64 = 600;

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_clock_makes_no_old_news_and_no_long_builds() {
    let knobs = Knobs {
        behind: TEN_MINUTES,
        ..Knobs::default()
    };
    let made = MadeUp::start("Team", 3, knobs).await;
    let outpost = Outpost::start().await;
    i_am(&outpost, &["ann@example.org"]).await;
    join(&outpost, &made.url()).await;

    // It begins and ends in one breath, in the second in which the master was joined.
    let build = made.begin(1, Some("Ann <ann@example.org>"));
    made.end(build, 2);
    until_over(&outpost, "team", "builder 1", 2).await;
    assert!(verdict(&outpost, "builder 1", 2).await, "it was not told");
    assert_eq!(notices(&outpost, "broken").await[0]["about"], "broken");

    made.begin(2, None);
    let overview = outpost
        .until("it runs", |overview| !overview["running"][0].is_null())
        .await;
    let (now, began) = (
        overview["now"].as_i64(),
        overview["running"][0]["mark"]["started_at"].as_i64(),
    );
    let age = now.expect("a time") - began.expect("a time");
    assert!(age.abs() < 60_000, "it runs for {age} ms");
}
