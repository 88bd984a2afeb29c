//! `outpost tries`: what was tried.

use super::try_::{print_row, pushed};
use crate::client::Client;
use crate::failure::Failure;
use crate::json::print_json;
use crate::show::{plain::plain, table::Table, time};
use app::api::Nothing;
use app::api::tries::{Tries as History, TriesQuery, TryPatch, TryQuery, TryRow};
use clap::Args;
use std::io::Write;

/// Which tries, or what is done with one.
#[derive(Debug, Args)]
pub struct Tries {
    /// This one, with its builders
    pub id: Option<i64>,
    /// Of this project
    #[arg(long)]
    pub project: Option<String>,
    /// At most so many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
    /// Takes it back: out of the queue, or its requests and builds
    #[arg(long, requires = "id", conflicts_with_all = ["push", "patch", "forget"])]
    pub cancel: bool,
    /// Pushes what passed
    #[arg(long, requires = "id", conflicts_with_all = ["patch", "forget"])]
    pub push: bool,
    /// Prints the exact patch
    #[arg(long, requires = "id", conflicts_with = "forget")]
    pub patch: bool,
    /// Forgets it with its patch
    #[arg(long, requires = "id")]
    pub forget: bool,
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// Shows the history, or does something with one of it.
pub async fn run(client: &Client, asked: Tries) -> Result<(), Failure> {
    let Some(id) = asked.id else {
        return list(client, &asked).await;
    };
    let query = TryQuery { id };
    if asked.forget {
        let Nothing {} = client.call("try_forget", query).await?;
        return Ok(());
    }
    if asked.patch {
        return patch(client, query, asked.json).await;
    }
    let command = match (asked.cancel, asked.push) {
        (true, _) => "try_cancel",
        (_, true) => "try_push",
        _ => "try_row",
    };
    let row: TryRow = client.call(command, query).await?;
    if asked.json {
        return print_json(&row);
    }
    if asked.push {
        return pushed(&row);
    }
    print_row(&row);
    Ok(())
}

async fn patch(client: &Client, query: TryQuery, json: bool) -> Result<(), Failure> {
    let patch: TryPatch = client.call("try_patch", query).await?;
    if json {
        return print_json(&patch);
    }
    let bytes = patch.bytes().ok_or_else(|| Failure::other("the patch came damaged"))?;
    std::io::stdout().lock().write_all(&bytes)?;
    Ok(())
}

async fn list(client: &Client, asked: &Tries) -> Result<(), Failure> {
    let query = TriesQuery {
        project: asked.project.clone(),
        before: None,
        limit: Some(asked.limit),
    };
    let history: History = client.call("tries", query).await?;
    if asked.json {
        return print_json(&history);
    }
    if history.tries.is_empty() {
        println!("Nothing was tried yet. In a working copy:  outpost try");
        return Ok(());
    }
    let mut table = Table::default();
    for row in &history.tries {
        table.row([
            row.id.to_string(),
            plain(&row.project),
            plain(&row.title),
            time::ago(row.submitted_at, history.now),
            plain(&row.words),
            plain(row.comment.lines().next().unwrap_or_default()),
        ]);
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    Ok(())
}
