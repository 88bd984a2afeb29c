//! Claims: somebody said “I have it” about a builder that is broken.
//!
//! A claim ends when its builder is green, when its time is over, or when it is given back. It changes no state; it is
//! shown where the break is, and keeps the claimer's own reminders quiet.

use crate::breaks::{Break, BreakId};
use crate::state::State;
use crate::{BuilderKey, MasterKey};
use model::Time;
use serde::{Deserialize, Serialize};

/// A claim ends by itself after a day: whoever forgot it would keep others from looking.
const LASTS: i64 = 24 * 60 * 60 * 1000;

/// Characters of a claimer's name that are kept.
const NAME: usize = 100;

/// Claims remembered of one master: no person has more at a time, and no master may fill the memory.
const CLAIMS: usize = 1000;

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimAbout {
    /// One builder.
    Builder(BuilderKey),
    /// All builders of a break that are red.
    Break(BreakId),
}

/// A claim in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// On what; a builder has one claim at most.
    pub builder: BuilderKey,
    /// Whose, in words.
    pub by: String,
    /// Whether it is the person's own.
    pub mine: bool,
    /// Since when.
    pub since: Time,
    /// Whether others see it: its master keeps it. On a plain Buildbot it stays here.
    pub shared: bool,
}

impl Claim {
    /// When it ends by itself.
    pub fn until(&self) -> Time {
        self.since.plus_millis(LASTS)
    }

    pub(crate) fn is_over(&self, now: Time) -> bool {
        self.until() <= now
    }

    /// `you have it`, `Bob has it`
    pub(crate) fn words(&self) -> String {
        if self.mine {
            "you have it".to_owned()
        } else {
            format!("{} has it", self.by)
        }
    }
}

impl State {
    /// The claims in force.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The builders that are meant; none for a break that is over.
    pub fn claimed(&self, about: &ClaimAbout) -> Vec<BuilderKey> {
        match about {
            ClaimAbout::Builder(key) => vec![key.clone()],
            ClaimAbout::Break(id) => {
                let red = self.break_of(*id).map(Break::red).unwrap_or_default();
                red.into_iter().map(|(key, _)| key.clone()).collect()
            }
        }
    }

    pub(crate) fn claim(&mut self, now: Time, about: &ClaimAbout, by: &str, mine: bool, shared: bool) {
        for builder in self.claimed(about) {
            self.put_claim(Claim {
                builder,
                by: by.to_owned(),
                mine,
                since: now,
                shared,
            });
        }
    }

    pub(crate) fn unclaim(&mut self, about: &ClaimAbout) {
        let builders = self.claimed(about);
        self.claims.retain(|claim| !builders.contains(&claim.builder));
    }

    /// The claims that a master keeps, whole: others of it that were shared are over.
    pub(crate) fn set_claims(&mut self, now: Time, master: &MasterKey, claims: Vec<Claim>) {
        let is_theirs = |claim: &Claim| claim.builder.master == *master && claim.shared;
        let before: Vec<Claim> = self.claims.iter().filter(|claim| is_theirs(claim)).cloned().collect();
        self.claims.retain(|claim| !is_theirs(claim));
        for claim in claims.into_iter().take(CLAIMS) {
            // A master's clock may run ahead; nothing is claimed for longer because of it.
            let since = claim.since.min(now);
            if claim.builder.master == *master && !(Claim { since, ..claim.clone() }).is_over(now) {
                let is_it = |known: &Claim| known.mine && known.builder == claim.builder && known.by == claim.by;
                self.put_claim(Claim {
                    since,
                    mine: claim.mine || before.iter().any(is_it),
                    shared: true,
                    ..claim
                });
            }
        }
    }

    fn put_claim(&mut self, mut claim: Claim) {
        claim.by = claim.by.chars().filter(|c| !c.is_control()).take(NAME).collect();
        self.claims.retain(|known| known.builder != claim.builder);
        self.claims.push(claim);
    }

    /// The claim on the builder.
    pub(crate) fn claim_of(&self, builder: &BuilderKey) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.builder == *builder)
    }

    /// The claim on one of the break's red builders; the person's own first.
    pub(crate) fn claim_on(&self, broken: &Break) -> Option<&Claim> {
        let red = |claim: &&Claim| broken.builders.get(&claim.builder).is_some_and(|b| b.fixed.is_none());
        let on = || self.claims.iter().filter(red);
        on().find(|claim| claim.mine).or_else(|| on().next())
    }
}
