//! `--repeat-failed`: what was tried last here, once more where it failed.

use super::{Try, followed};
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use app::api::tries::{Tries, TriesQuery, TryRepeat, TryRow};
use std::path::Path;

/// Repeats the newest try of the working copy in which this is run.
pub async fn run(client: &Client, asked: &Try, folder: &Path) -> Result<(), Failure> {
    let query = TriesQuery {
        limit: Some(200),
        ..TriesQuery::default()
    };
    let history: Tries = client.call("tries", query).await?;
    let of_here = history.tries.iter().find(|row| folder.starts_with(&row.root));
    let last = of_here.ok_or_else(|| {
        Failure::new(NOT_FOUND, format!("nothing was tried in {} yet", folder.display()))
            .hint("Try the change with:  outpost try")
    })?;
    let repeat = TryRepeat {
        id: last.id,
        only_failed: true,
        fresh: false,
    };
    let row: TryRow = client.call("try_repeat", repeat).await?;
    followed(client, asked, row).await
}
