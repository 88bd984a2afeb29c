//! Follows one master many times over, for measurements.
//!
//! `follow URL TIMES` prints `all follow` when every one is live. At the end of standard input it prints how many requests
//! were made and how much news came, over all of them.

use client::{Base, Http, Joined, LinkState, Rhythm, Trust};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::AsyncReadExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let base = Base::parse(&words.next().ok_or("say the address")?)?;
    let times: usize = words.next().ok_or("say how often")?.parse()?;
    client::provide_cryptography();
    let news = Arc::new(AtomicU64::new(0));
    let mut all = Vec::new();
    for _ in 0..times {
        let http = Http::new(base.clone(), &Trust::default())?;
        let (joined, mut told) = Joined::start(http, None, Rhythm::default());
        let count = news.clone();
        tokio::spawn(async move {
            while told.recv().await.is_some() {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        all.push(joined);
    }
    for joined in &all {
        let is_live = |link: &LinkState| matches!(link, LinkState::Live { .. });
        joined.link().wait_for(is_live).await?;
    }
    println!("all follow");
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await?;
    let requests: u64 = all.iter().map(|joined| joined.http().requests()).sum();
    println!("{requests} requests, {} news", news.load(Ordering::Relaxed));
    Ok(())
}
