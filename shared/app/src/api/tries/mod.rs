//! Try: a person's uncommitted change, built by a master's builders.
//!
//! A face looks at a folder, which takes the change at that moment; shows it; asks where it can go; submits a choice of
//! it; and then follows the try, which is kept with the exact patch.

mod access;
mod change;
mod presets;
mod row;
mod submit;
mod targets;

pub use access::{SetTryAccess, TryAccess};
pub use change::{
    TryBase, TryChange, TryDiff, TryDiffQuery, TryFile, TryFileKind, TryFrom, TryGiven, TryHunk, TryLine, TryLook,
    TryOfBuild, TryRemark, TryUntracked,
};
pub use presets::{RemoveTryPreset, SaveTryPreset, TryPreset, TryPresetValues, TryPresets};
pub use row::{
    Tries, TriesQuery, TryAgainstBase, TryApplied, TryBuild, TryFolder, TryPatch, TryPushPlan, TryPushState, TryQuery,
    TryRow, TryState,
};
pub use submit::{TryFileChoice, TryPreview, TryRepeat, TrySubmit};
pub use targets::{TryAt, TryBuilder, TryTarget, TryTargets, TryTargetsQuery, TryUnfit, TryWay};
