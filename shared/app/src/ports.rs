//! What is known of the ports that workers come to, and of who was turned away there.
//!
//! Whoever opens the ports tells it here, so that pages and the command line can show it; this module opens nothing.

use crate::api::workers::{PortRow, RefusedRow};
use crate::news::Newsroom;
use crate::service::{read, write};
use model::Time;
use std::net::IpAddr;
use std::sync::{Arc, RwLock};

/// So many refusals are kept: names and addresses come from outside.
const KEPT: usize = 50;

/// Characters of a name that is kept.
const NAME: usize = 100;

/// One that is refused again and again is written into the log so seldom.
const LOG_AGAIN: i64 = 10 * 60 * 1000;

/// Ports and refusals. Clones share them.
#[derive(Clone, Debug)]
pub struct WorkerPorts {
    known: Arc<RwLock<Known>>,
    newsroom: Newsroom,
}

#[derive(Debug, Default)]
struct Known {
    ports: Vec<PortRow>,
    /// Newest last.
    refused: Vec<Refused>,
}

#[derive(Debug)]
struct Refused {
    name: String,
    from: Option<IpAddr>,
    reason: String,
    first_at: Time,
    at: Time,
    logged_at: Time,
    count: u32,
}

impl WorkerPorts {
    /// None known yet.
    pub fn new(newsroom: Newsroom) -> WorkerPorts {
        WorkerPorts {
            known: Arc::default(),
            newsroom,
        }
    }

    /// These ports there are now, all of them.
    pub fn set(&self, ports: Vec<PortRow>) {
        write(&self.known).ports = ports;
        self.newsroom.overview();
    }

    /// Somebody was turned away at `now`. Gives how often, when that is worth a line in the log.
    pub fn refuse(&self, now: Time, name: &str, from: Option<IpAddr>, reason: &str) -> Option<u32> {
        let name: String = name.chars().take(NAME).collect();
        let mut known = write(&self.known);
        let at = known
            .refused
            .iter()
            .position(|one| one.name == name && one.from == from);
        let mut refused = match at {
            Some(at) => known.refused.remove(at),
            None => Refused {
                name,
                from,
                reason: String::new(),
                first_at: now,
                at: now,
                logged_at: now.plus_millis(-LOG_AGAIN),
                count: 0,
            },
        };
        refused.count = refused.count.saturating_add(1);
        (refused.at, refused.reason) = (now, reason.to_owned());
        let worth_a_line = now.since(refused.logged_at) >= LOG_AGAIN;
        if worth_a_line {
            refused.logged_at = now;
        }
        let count = refused.count;
        if known.refused.len() >= KEPT {
            known.refused.remove(0);
        }
        known.refused.push(refused);
        drop(known);
        self.newsroom.overview();
        worth_a_line.then_some(count)
    }

    /// A worker of that name was let in: that it was turned away before is over.
    pub fn let_in(&self, name: &str) {
        write(&self.known).refused.retain(|one| one.name != name);
        self.newsroom.overview();
    }

    /// The ports.
    pub fn ports(&self) -> Vec<PortRow> {
        read(&self.known).ports.clone()
    }

    /// Who was turned away, newest first.
    pub fn refused(&self) -> Vec<RefusedRow> {
        let row = |one: &Refused| RefusedRow {
            name: one.name.clone(),
            from: one.from.map(|from| from.to_string()),
            reason: one.reason.clone(),
            count: one.count,
            first_at: one.first_at.0,
            at: one.at.0,
        };
        read(&self.known).refused.iter().rev().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Time = Time::from_seconds(1_800_000_000);

    fn from(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([10, 0, 0, last]))
    }

    #[tokio::test]
    async fn one_who_knocks_all_day_is_one_row_and_few_lines() {
        let ports = WorkerPorts::new(Newsroom::open());
        let lines: Vec<u32> = (0..1000)
            .filter_map(|second| ports.refuse(AT.plus_millis(second * 1000), "mac", from(1), "wrong password"))
            .collect();
        assert_eq!(lines, [1, 601]);
        let rows = ports.refused();
        assert_eq!(
            (rows.len(), rows[0].count, rows[0].at - rows[0].first_at),
            (1, 1000, 999_000)
        );
        ports.let_in("mac");
        assert!(ports.refused().is_empty());
    }

    #[tokio::test]
    async fn a_flood_of_names_fills_no_memory() {
        let ports = WorkerPorts::new(Newsroom::open());
        for number in 0..500 {
            let name = format!("{number}{}", "x".repeat(10_000));
            ports.refuse(AT, &name, from(1), "no such worker");
        }
        let rows = ports.refused();
        assert_eq!(rows.len(), KEPT);
        assert!(
            rows[0].name.starts_with("499x") && rows[0].name.len() == NAME,
            "the newest first"
        );
    }
}
