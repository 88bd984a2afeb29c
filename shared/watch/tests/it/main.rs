//! What watching decides, through its public surface: happenings go in, notices and snapshots come out.

mod away;
mod breaks;
mod claims;
mod crowds;
mod desk;
mod identity;
mod lending;
mod missing;
mod mutes;
mod properties;
mod rename;
mod restart;
mod rules;
mod sets;
mod told;
mod tray_view;
mod tries;
