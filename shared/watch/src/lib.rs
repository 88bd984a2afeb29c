//! Watching and telling: what every master knows, merged into one snapshot, and the decision whom to tell what.
//!
//! The whole crate is one function, [`State::apply`]: a state, the time and a [`Happening`] give the next state and
//! what is to be told. It reads no clock (times are given), no file and no socket, and it does not know how a notice
//! or a tray is shown: [`Notice`] and [`TrayView`] are values. So every rule can be tested as a table.
//!
//! The rules, in the order in which they apply to a build that finished:
//! 1. Success and warnings are green, failure is red; every other result leaves its builder as it was.
//! 2. An older build that ends after a newer one changes nothing.
//! 3. A builder that goes from green to red joins, or opens, a [`Break`]: the set of builders that turned red on the
//!    same new changes. Its suspects are the changes that no earlier build of that builder had tried.
//! 4. The person is told once per break, if a suspect is theirs; later builders update that notice silently.
//! 5. When the last builder of a break is green again, those who were blamed are told who repaired it.
//! 6. Mutes, quiet hours and do-not-disturb keep the notice back, never the state.
//!
//! Each finished build leaves a [`Verdict`]: told or not, and why.

mod apply;
mod away;
mod breaks;
mod build_set;
mod builder;
mod claim;
mod compose;
mod each;
mod few;
mod finished;
mod flaky;
mod happening;
mod history;
mod identity;
mod keep;
mod keys;
mod last_few;
mod lending;
mod missed;
mod missing;
mod mute;
mod notice;
mod rename;
mod rule;
mod snapshot;
mod state;
mod summary;
mod tray;
mod tray_menu;
mod tries;
mod verdict;
mod who;
mod words;

pub use away::Away;
pub use breaks::{Break, BreakId, BrokenBuilder, FixedBy};
pub use builder::Colour;
pub use claim::{Claim, ClaimAbout};
pub use happening::{
    BuilderInfo, FailedStep, FinishedBuild, Happening, LentState, LentView, Link, LogPlace, MuteLength, Settings,
    StartedBuild, Suspect, TroubleAbout,
};
pub use identity::{Identity, Pattern, proposals};
pub use keep::{Row, Unreadable};
pub use keys::{BuildKey, BuilderKey, MasterKey, NotAKey};
pub use mute::{Mute, QuietHours, Scope, Until};
pub use notice::{Button, Notice, NoticeAction, NoticeKey, Subject, Target, Tell, Urgency};
pub use rule::{About, Mode, Rule, Whose};
pub use snapshot::{
    Blame, BreakView, BuilderView, LastBuild, MasterView, MuteView, RunningView, Snapshot, TroubleView,
};
pub use state::State;
pub use tray::{IconState, MenuAction, MenuItem, Tooltip, TrayIcon, TrayView};
pub use tries::TryOver;
pub use verdict::Verdict;
pub use who::Who;
