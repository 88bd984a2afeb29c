//! A builder as the configuration knows it (B-074).

use super::{Collapse, Location, Render, StepConfig};
use crate::Properties;

/// `util.BuilderConfig(…)`.
#[derive(Clone, Debug, Default)]
pub struct BuilderConfig {
    /// Unique.
    pub name: String,
    /// Names of the workers that may build it.
    pub workers: Vec<String>,
    /// What a build does, in order.
    pub steps: Vec<StepConfig>,
    /// Folder on the worker, one safe path element; made from the name when empty.
    pub worker_builddir: String,
    /// For filters.
    pub tags: Vec<String>,
    /// Name of its project.
    pub project: Option<String>,
    /// For every command: a dictionary, or nothing.
    pub env: Render,
    /// With source `Builder`.
    pub properties: Properties,
    /// Below every other property.
    pub default_properties: Properties,
    /// Whether its waiting requests merge; `None` asks the master's setting.
    pub collapse: Option<Collapse>,
    /// For people.
    pub description: Option<String>,
    /// `markdown` or none.
    pub description_format: Option<String>,
    /// Where the configuration names it.
    pub location: Location,
}

/// `util.Project(…)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectConfig {
    /// Unique.
    pub name: String,
    /// Identifier; the name's when empty.
    pub slug: String,
    /// For people.
    pub description: Option<String>,
    /// `markdown` or none.
    pub description_format: Option<String>,
    /// Where the configuration names it.
    pub location: Location,
}
