//! Following a master: one that is made up and does as the test wants.

mod channels;
mod follow;
mod lies;
mod losses;
mod real;
mod sim;
mod watching;

use client::picture::News;
use client::{Joined, LinkState};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Longer than anything takes here, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until the link is as wanted.
async fn link(joined: &Joined, what: &str, wanted: impl FnMut(&LinkState) -> bool) -> LinkState {
    let mut link = joined.link();
    match timeout(PATIENCE, link.wait_for(wanted)).await {
        Ok(state) => state.expect("the task lives").clone(),
        Err(_) => panic!("{what}; it is {:?}", *joined.link().borrow()),
    }
}

async fn live(joined: &Joined) {
    link(joined, "it becomes live", |link| matches!(link, LinkState::Live { .. })).await;
}

/// Listens until news is as wanted; all that was told, the wanted one the last.
async fn until(news: &mut mpsc::Receiver<News>, what: &str, wanted: impl Fn(&News) -> bool) -> Vec<News> {
    let mut told = Vec::new();
    loop {
        let Ok(next) = timeout(PATIENCE, news.recv()).await else {
            panic!("{what}; it told {told:?}");
        };
        told.push(next.expect("the task lives"));
        if told.last().is_some_and(&wanted) {
            return told;
        }
    }
}

/// Listens until the picture is as wanted.
async fn until_shown(
    joined: &Joined,
    news: &mut mpsc::Receiver<News>,
    what: &str,
    wanted: impl Fn(&client::Picture) -> bool,
) -> Vec<News> {
    let mut told = Vec::new();
    while !joined.with(&wanted) {
        let Ok(next) = timeout(PATIENCE, news.recv()).await else {
            panic!("{what}; it told {told:?}");
        };
        told.push(next.expect("the task lives"));
    }
    told
}

/// Waits until something is so that nobody tells.
async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The builds whose end was told, at once or after a reset.
fn ended(told: &[News]) -> Vec<i64> {
    let ended = told.iter().flat_map(|news| match news {
        News::BuildFinished(build) => vec![build.build.0],
        News::Reset(reset) => reset.unseen.iter().map(|build| build.build.0).collect(),
        _ => vec![],
    });
    ended.collect()
}
