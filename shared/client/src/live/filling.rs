//! Builders of which no build is among the last ones: what they built last is read slowly, in the background.
//!
//! A page of older builds over all builders covers many at once, so some of those come first. What was read is not asked
//! for again, and is kept over restarts.

use super::asks::Ask;
use super::connection::Connection;
use crate::rest::Build;
use model::{BuildId, BuilderId};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// The most pages of older builds.
const PAGES: u32 = 5;
/// A page that shows the builds of fewer builders than this was the last one.
const WORTH: usize = 10;

/// How far the filling is.
#[derive(Debug, Default)]
pub(super) struct Filling {
    /// When the next question is due; none when there is none left.
    at: Option<Instant>,
    /// The oldest build of the pages that were read, while there may be more.
    before: Option<BuildId>,
    pages: u32,
    asked: BTreeSet<BuilderId>,
}

impl Filling {
    pub(super) fn due(&self) -> Option<Instant> {
        self.at
    }
}

impl Connection<'_> {
    /// Begins, where all builds back to this one are known, or all that there are.
    pub(super) fn begin_to_fill(&mut self, back_to: Option<BuildId>) {
        self.filling.before = back_to;
        self.filling.at = back_to.map(|_| Instant::now() + self.keeper.rhythm.filling);
        self.fill_wanted();
    }

    /// The builders whose last builds are wanted are read at once.
    pub(super) fn fill_wanted(&mut self) {
        for builder in self.keeper.wishes.take_builders() {
            let wanted = {
                let picture = self.keeper.shared.picture();
                picture.builder_of(builder).is_some_and(|builder| !builder.is_read())
            };
            if wanted && self.filling.asked.insert(builder) {
                self.ask(Ask::History(builder));
            }
        }
    }

    /// Asks for the next, if it is due.
    pub(super) fn fill(&mut self) {
        if self.filling.at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        let empty: Vec<BuilderId> = {
            let picture = self.keeper.shared.picture();
            let empty = picture
                .builders()
                .filter(|builder| builder.is_configured() && builder.is_empty());
            empty.map(|builder| builder.id).collect()
        };
        let next = empty.iter().find(|builder| !self.filling.asked.contains(builder));
        self.filling.at = None;
        match (next, self.filling.before) {
            (Some(_), Some(before)) if empty.len() >= WORTH && self.filling.pages < PAGES => {
                self.filling.pages += 1;
                self.ask(Ask::Older(before));
            }
            (Some(builder), _) => {
                self.filling.asked.insert(*builder);
                self.ask(Ask::History(*builder));
                self.filling.at = Some(Instant::now() + self.keeper.rhythm.filling);
            }
            (None, _) => {}
        }
    }

    /// A page of older builds was read.
    pub(super) fn filled(&mut self, rows: &[Build], more: bool) {
        let mut news = Vec::new();
        let covered = self.keeper.shared.picture().older(rows, !more, &mut news);
        self.tell(news);
        let oldest = rows.iter().map(|row| row.id).min();
        self.filling.before = oldest.filter(|_| more && covered >= WORTH);
        self.filling.at = Some(Instant::now() + self.keeper.rhythm.filling);
    }
}
