//! Waiting for a try: a table that is drawn again on a terminal, lines otherwise.

use super::not_sent;
use crate::client::Client;
use crate::failure::{Failure, NOT_RUNNING, RED, USAGE};
use crate::json::print_json;
use crate::show::{mark, plain::plain, table::Table, terminal, time};
use app::api::Event;
use app::api::tries::{TryApplied, TryBuild, TryPushState, TryQuery, TryRow, TryState};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

/// Waits until nothing more happens to a try; fails unless every builder is green.
pub async fn to_the_end(client: &Client, first: TryRow, quiet: bool, json: bool) -> Result<(), Failure> {
    let mut events = client.events().await?;
    let mut shown = Shown::new(quiet || json);
    let query = TryQuery { id: first.id };
    loop {
        let row: TryRow = client.call("try_row", query.clone()).await?;
        if is_over(&row) {
            shown.clear()?;
            return ended(&row, json);
        }
        shown.show(&row)?;
        loop {
            match events.next().await {
                Some(Event::Tries) => break,
                Some(_) => {}
                None => {
                    return Err(Failure::new(
                        NOT_RUNNING,
                        "Outpost went away; the try goes on at its master",
                    ));
                }
            }
        }
    }
}

/// Also the push is over that was asked for.
fn is_over(row: &TryRow) -> bool {
    match row.state {
        TryState::Queued | TryState::Sending | TryState::Waiting | TryState::Running => false,
        TryState::Ended => row.push != TryPushState::Asked,
        TryState::Refused | TryState::Cancelled | TryState::Sent => true,
    }
}

fn ended(row: &TryRow, json: bool) -> Result<(), Failure> {
    if row.state == TryState::Refused {
        return Err(not_sent(row));
    }
    if json {
        print_json(row)?;
    } else {
        print_row(row);
    }
    let green = |one: &TryBuild| matches!(one.state.as_str(), "success" | "warnings");
    if row.state != TryState::Ended || !row.builders.iter().all(green) {
        return Err(Failure::silent(RED));
    }
    match &row.push {
        TryPushState::Done { .. } if json => Ok(()),
        TryPushState::Done { .. } | TryPushState::Failed { .. } => pushed(row),
        TryPushState::No { .. } | TryPushState::Ready { .. } | TryPushState::Asked => Ok(()),
    }
}

/// What came of a push.
pub fn pushed(row: &TryRow) -> Result<(), Failure> {
    match &row.push {
        TryPushState::Done { commit, to } => {
            println!("Pushed {} to {}", plain(commit), plain(to));
            Ok(())
        }
        TryPushState::Failed { reason, hint } => {
            let failure = Failure::other(plain(reason));
            Err(match hint {
                Some(hint) => failure.hint(plain(hint)),
                None => failure,
            })
        }
        TryPushState::No { .. } | TryPushState::Ready { .. } | TryPushState::Asked => {
            Err(Failure::new(USAGE, "it was not pushed"))
        }
    }
}

/// A try with its builders.
pub fn print_row(row: &TryRow) {
    println!("Try {} to {}: {}", row.id, plain(&row.title), plain(&row.words));
    table(row).lines().iter().for_each(|line| println!("  {line}"));
    if let Some(hint) = &row.hint {
        println!("{}", plain(hint));
    }
}

fn table(row: &TryRow) -> Table {
    let mut table = Table::default();
    for one in &row.builders {
        let applied = match one.applied {
            TryApplied::NotApplied => "not applied",
            TryApplied::Applied | TryApplied::Unknown => "",
        };
        let mark = mark::of_results(code(&one.state));
        let mark = if one.state == "waiting" { mark::WAITING } else { mark };
        table.row([
            mark.coloured_shape(),
            plain(&one.builder),
            plain(&one.state),
            took(one),
            applied.to_owned(),
            plain(&one.words),
            one.base_words.as_deref().map(plain).unwrap_or_default(),
        ]);
    }
    table
}

fn took(one: &TryBuild) -> String {
    match one.started_at {
        Some(start) => time::duration(one.ended_at.unwrap_or_else(time::now) - start),
        None => String::new(),
    }
}

fn code(state: &str) -> Option<u8> {
    let known = [
        "success",
        "warnings",
        "failure",
        "skipped",
        "exception",
        "retry",
        "cancelled",
    ];
    let place = known.iter().position(|word| *word == state)?;
    u8::try_from(place).ok()
}

/// What was printed so far.
struct Shown {
    quiet: bool,
    live: bool,
    lines: usize,
    /// State and words of each builder, where lines are printed.
    states: BTreeMap<String, String>,
    words: String,
}

impl Shown {
    fn new(quiet: bool) -> Shown {
        Shown {
            quiet,
            live: std::io::stderr().is_terminal(),
            lines: 0,
            states: BTreeMap::new(),
            words: String::new(),
        }
    }

    fn show(&mut self, row: &TryRow) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        if !self.live {
            return self.print(row);
        }
        self.clear()?;
        let mut lines = vec![format!(
            "Try {} to {}: {}",
            row.id,
            plain(&row.title),
            plain(&row.words)
        )];
        lines.extend(table(row).lines().iter().map(|line| format!("  {line}")));
        // What does not fit could not be taken back before the next picture.
        let (rows, columns) = terminal::size(std::io::stderr());
        lines.truncate(rows.saturating_sub(1).max(1));
        for line in &lines {
            eprintln!("{}", crate::show::table::cut(line, columns));
        }
        self.lines = lines.len();
        Ok(())
    }

    /// Only what is new, for files and programs.
    fn print(&mut self, row: &TryRow) -> Result<(), Failure> {
        let waits_for_master = row.builders.is_empty() || row.state == TryState::Queued;
        if waits_for_master && self.words != row.words {
            eprintln!("{}", plain(&row.words));
            self.words.clone_from(&row.words);
        }
        for one in &row.builders {
            let told = format!("{}: {} {}", plain(&one.builder), plain(&one.state), plain(&one.words));
            if self.states.get(&one.builder) != Some(&told) {
                eprintln!("{}", told.trim_end());
                self.states.insert(one.builder.clone(), told);
            }
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Failure> {
        if self.lines > 0 {
            eprint!("\u{1b}[{}A\u{1b}[J", self.lines);
            std::io::stderr().flush()?;
            self.lines = 0;
        }
        Ok(())
    }
}
