//! Output that is no text, or has no end of line.

use std::time::Duration;
use tests::{Outpost, Repository, most_memory};

#[tokio::test]
async fn bytes_that_are_no_text_are_replaced_and_the_rest_is_kept() {
    let outpost = Outpost::start().await;
    let test = "#!/bin/sh\nprintf 'before \\377\\376 after\\n'\nprintf 'the end\\n'\n";
    let _repository = Repository::project(&outpost, "app", test);
    let log = outpost.ok(&["log", "app/1", "--step", "test"]);
    assert!(
        log.contains("before \u{fffd}\u{fffd} after") && log.contains("the end"),
        "{log}"
    );
}

#[tokio::test]
async fn a_line_of_100_megabytes_is_cut_and_costs_little_memory() {
    const LENGTH: usize = 100_000_000;
    let outpost = Outpost::start().await;
    let test = format!("#!/bin/sh\nhead -c {LENGTH} /dev/zero | tr '\\0' x\necho\necho the end\n");
    let before = most_memory(outpost.pid());
    let _repository = Repository::project(&outpost, "app", &test);
    let more = most_memory(outpost.pid()) - before;
    assert!(more < 100 << 20, "it took {} MiB", more >> 20);
    let logs = outpost.rest("builds/1/steps/2/logs").await;
    let log = logs["logs"].as_array().expect("logs").first().expect("a log").clone();
    let lines = log["num_lines"].as_i64().expect("a number");
    assert!(lines > i64::try_from(LENGTH / 32_768).expect("a number"), "{log:#}");
    let path = format!("logs/{}/contents?offset={}&limit=1", log["logid"], lines - 1);
    let last = outpost.rest(&path).await;
    // The command's last line stands before what the worker tells of its end.
    let near_the_end = outpost
        .rest(&format!(
            "logs/{}/contents?offset={}&limit=10",
            log["logid"],
            lines - 10
        ))
        .await;
    assert!(near_the_end.to_string().contains("the end"), "{last:#}");
    tokio::time::timeout(Duration::from_secs(5), outpost.overview())
        .await
        .expect("it still answers");
}
