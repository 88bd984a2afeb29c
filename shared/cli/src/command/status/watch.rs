//! `outpost status --watch`: a picture on a terminal, drawn again when something happens; elsewhere one line for each
//! build that ends and each master that comes or goes.

use super::{lines, screen, transitions};
use crate::arguments::Status;
use crate::client::{Client, Events};
use crate::command::board::Board;
use crate::command::print_json_line;
use crate::failure::{Failure, NOT_RUNNING};
use crate::show::time;
use app::api::Event;
use app::api::overview::Overview;
use std::io::IsTerminal;
use std::time::Duration;

/// How often running times are drawn again, while something runs. Nobody is asked for that.
const TICK: Duration = Duration::from_secs(1);

/// Shows the state until it is interrupted.
pub async fn run(client: &Client, arguments: Status) -> Result<(), Failure> {
    let mut events = client.events().await?;
    let board = Board::open(client).await?;
    if std::io::stdout().is_terminal() && !arguments.json {
        return picture(client, board, &mut events, arguments.all).await;
    }
    told(client, board, &mut events, arguments.json).await
}

async fn picture(client: &Client, mut board: Board, events: &mut Events, all: bool) -> Result<(), Failure> {
    // What stood there before would look like a part of it.
    print!("\u{1b}[2J");
    loop {
        // The resident's clock goes on while nothing is asked.
        let (asked, then) = (time::now(), board.overview.now);
        loop {
            board.overview.now = then + (time::now() - asked);
            screen::draw(&lines(&board.overview, all))?;
            let runs = !board.overview.running.is_empty() || !board.overview.settling.is_empty();
            if heard(events, runs.then_some(TICK)).await? {
                break;
            }
        }
        board.refresh(client).await?;
    }
}

async fn told(client: &Client, mut board: Board, events: &mut Events, json: bool) -> Result<(), Failure> {
    loop {
        heard(events, None).await?;
        let masters = std::mem::take(&mut board.overview.masters);
        let changed = board.refresh(client).await?;
        let Overview { masters: after, .. } = &board.overview;
        let mut all = transitions::of_masters(&masters, after);
        all.extend(transitions::of_builders(&changed));
        for transition in all {
            if json {
                print_json_line(&transition)?;
            } else {
                println!("{}", transition.line());
            }
        }
    }
}

/// Waits until something happened that is shown, or for so long; whether it happened.
async fn heard(events: &mut Events, patience: Option<Duration>) -> Result<bool, Failure> {
    let shown = async {
        loop {
            match events.next().await {
                Some(Event::Overview | Event::Build { .. } | Event::Masters) => return Ok(true),
                Some(_) => continue,
                None => return Err(Failure::new(NOT_RUNNING, "Outpost went away")),
            }
        }
    };
    match patience {
        None => shown.await,
        Some(patience) => tokio::time::timeout(patience, shown).await.unwrap_or(Ok(false)),
    }
}
