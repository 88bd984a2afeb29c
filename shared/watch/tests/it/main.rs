//! What watching decides, through its public surface: happenings go in, notices and snapshots come out.

mod breaks;
mod desk;
mod identity;
mod lending;
mod missing;
mod mutes;
mod properties;
mod restart;
mod told;
mod tray_view;
