//! Choices that are kept by a name, or until the next time.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a preset or the last choice holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct TryPresetValues {
    /// By which way; the best one when absent.
    #[serde(default)]
    pub target: Option<String>,
    /// Builders: names or patterns with `*`.
    #[serde(default)]
    pub builders: Vec<String>,
    /// Properties.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// Untracked files to send along: patterns.
    #[serde(default)]
    pub untracked: Vec<String>,
}

/// A preset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TryPreset {
    /// Its name.
    pub name: String,
    /// In the repository's `.outpost/try.toml`, for everybody.
    pub shared: bool,
    /// What it holds.
    pub values: TryPresetValues,
}

/// Keep a preset.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveTryPreset {
    /// Top of the working copy.
    pub root: String,
    /// What.
    pub preset: TryPreset,
}

/// Forget a preset.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RemoveTryPreset {
    /// Top of the working copy.
    pub root: String,
    /// Its name.
    pub name: String,
    /// The shared one.
    pub shared: bool,
}

/// Presets of a working copy.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryPresets {
    /// Shared ones first.
    pub presets: Vec<TryPreset>,
}
