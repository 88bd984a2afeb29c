//! The overview, kept current: after the first answer only builders that changed are asked for.

use crate::client::Client;
use crate::failure::Failure;
use app::api::Nothing;
use app::api::overview::{BuilderRow, Overview, OverviewQuery};
use std::collections::BTreeMap;

/// What Now and Builders show, as of the last look.
pub struct Board {
    /// With all builders, trouble first.
    pub overview: Overview,
}

/// A builder that changed.
pub struct Changed {
    /// As it was; none when it is new.
    pub before: Option<BuilderRow>,
    /// As it is.
    pub after: BuilderRow,
}

impl Board {
    /// Asks for everything.
    pub async fn open(client: &Client) -> Result<Board, Failure> {
        Ok(Board {
            overview: client.call("overview", Nothing {}).await?,
        })
    }

    /// Asks for what changed since, and gives those builders.
    pub async fn refresh(&mut self, client: &Client) -> Result<Vec<Changed>, Failure> {
        let since = Some(self.overview.version);
        let news: Overview = client.call("overview", OverviewQuery { since }).await?;
        Ok(self.take(news))
    }

    fn take(&mut self, mut news: Overview) -> Vec<Changed> {
        let before = std::mem::take(&mut self.overview.builders);
        let mut kept: BTreeMap<(String, i64), BuilderRow> = before.into_iter().map(|row| (key(&row), row)).collect();
        let mut changed = Vec::with_capacity(news.builders.len());
        for after in &news.builders {
            changed.push(Changed {
                before: kept.remove(&key(after)),
                after: after.clone(),
            });
        }
        if !news.whole {
            for gone in &news.gone {
                kept.remove(&(gone.master.clone(), gone.builder));
            }
            news.builders.extend(kept.into_values());
            news.builders.sort_by(|a, b| order(a).cmp(&order(b)));
        }
        self.overview = news;
        changed
    }
}

fn key(row: &BuilderRow) -> (String, i64) {
    (row.master.clone(), row.builder)
}

/// Trouble first.
fn order(row: &BuilderRow) -> (u8, &str, &str) {
    let trouble = match row.results {
        Some(2 | 4) if row.mine => 0,
        Some(2 | 4) => 1,
        _ if !row.running.is_empty() => 2,
        Some(1) => 3,
        Some(_) => 4,
        None => 5,
    };
    (trouble, &row.master, &row.name)
}
