//! Made-up masters for measurements, in a process of their own so that only the other end is measured.
//!
//! `farm MASTERS BUILDERS` prints the address of each master, one a line. Then it obeys lines on standard input:
//!
//! - `rate N SECONDS`: so many events a second over all masters, for so long; answers `done EVENTS`.
//! - `result MASTER BUILDER RESULTS AUTHOR`: ends a build of that builder; answers `at NANOSECONDS`, when it
//!   ended.
//! - `asked`: answers `asked REQUESTS REFUSED FRAMES BYTES`, over all masters.
//! - `listeners`: answers `listeners N`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tests::farm::{Asked, Knobs, MadeUp};
use tokio::io::{AsyncBufReadExt, BufReader};

/// Events of one build, from its request to its end.
const OF_A_BUILD: u64 = 8;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse().expect("a number"));
    let (masters, builders) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(10));
    let mut farm = Vec::new();
    for number in 1..=masters {
        let made = MadeUp::start(&format!("Master {number}"), builders, Knobs::default()).await;
        println!("{}", made.url());
        farm.push(made);
    }
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| {
            words
                .get(at)
                .and_then(|word| word.parse::<u64>().ok())
                .expect("a number")
        };
        match words[0] {
            "rate" => println!(
                "done {}",
                busy(&farm, builders, number(1), Duration::from_secs(number(2))).await
            ),
            "result" => {
                let master = &farm[usize::try_from(number(1)).expect("small")];
                let builder = i64::try_from(number(2)).expect("small");
                let author = words[4..].join(" ");
                let build = master.begin(builder, Some(&author));
                // What a client reads of a build that began is not what is measured.
                tokio::time::sleep(Duration::from_millis(200)).await;
                let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
                master.end(build, u8::try_from(number(3)).expect("a result"));
                println!("at {}", now.as_nanos());
            }
            "asked" => {
                let all = farm.iter().map(MadeUp::asked).fold(Asked::default(), |sum, one| Asked {
                    requests: sum.requests + one.requests,
                    refused: sum.refused + one.refused,
                    frames: sum.frames + one.frames,
                    bytes: sum.bytes + one.bytes,
                });
                println!("asked {} {} {} {}", all.requests, all.refused, all.frames, all.bytes);
            }
            "listeners" => println!("listeners {}", farm.iter().map(MadeUp::listeners).sum::<usize>()),
            other => panic!("'{other}' is no order"),
        }
    }
}

/// Builds that begin, say what they do and end, on one builder after the other.
async fn busy(farm: &[MadeUp], builders: i64, rate: u64, time: Duration) -> u64 {
    let pause = Duration::from_secs_f64(OF_A_BUILD as f64 / rate as f64);
    let mut tick = tokio::time::interval(pause);
    let end = tokio::time::Instant::now() + time;
    let (mut events, mut turn) = (0, 0);
    let mut running = std::collections::VecDeque::new();
    while tick.tick().await < end {
        let master = turn % farm.len();
        let builder = 1 + i64::try_from(turn / farm.len()).expect("small") % builders;
        let build = farm[master].begin(builder, None);
        for words in ["preparing worker", "pinging worker", "building"] {
            farm[master].says(build, words);
        }
        running.push_back((master, build, turn));
        if running.len() > farm.len() {
            let (master, build, turn) = running.pop_front().expect("one");
            // One in forty is red, and its repair comes with the builder's next turn.
            farm[master].end(build, if turn % 40 == 0 { 2 } else { 0 });
        }
        events += OF_A_BUILD;
        turn += 1;
    }
    for (master, build, _) in running {
        farm[master].end(build, 0);
    }
    events
}
