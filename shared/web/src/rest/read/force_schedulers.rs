//! Force schedulers: forms of the configuration, with their switches from the store.

use super::super::path::BuilderAt;
use super::{Found, Site, locate};
use model::Json;
use model::config::SchedulerKind;
use store::rusqlite::{Connection, Result};
use store::schedulers;
use wire::rest::{Asked, force_scheduler};

/// All, or those that can ask a builder.
pub fn list(c: &Connection, site: &Site, builder: Option<&BuilderAt>, asked: &Asked) -> Result<Found> {
    let builder = match builder {
        Some(at) => match locate::builder(c, at)? {
            Some(builder) => Some(builder.name),
            None => return Ok(Found::Missing),
        },
        None => None,
    };
    let rows = json(c, site, |_, builders| {
        builder.as_ref().is_none_or(|name| builders.contains(name))
    })?;
    Ok(Found::chosen(rows, asked))
}

/// The force scheduler.
pub fn one(c: &Connection, site: &Site, name: &str, asked: &Asked) -> Result<Found> {
    let mut rows = json(c, site, |its, _| its == name)?;
    Ok(Found::one(rows.pop(), asked))
}

/// The forms of those whose name and builders are `wanted`.
fn json(c: &Connection, site: &Site, wanted: impl Fn(&str, &[String]) -> bool) -> Result<Vec<Json>> {
    let switches = schedulers::list(c)?;
    let enabled = |name: &str| {
        switches
            .iter()
            .find(|row| row.name == name)
            .is_none_or(|row| row.enabled)
    };
    let forms = site
        .config
        .schedulers
        .iter()
        .filter_map(|scheduler| match &scheduler.kind {
            SchedulerKind::Force(form) if wanted(&scheduler.name, &scheduler.builders) => {
                Some(force_scheduler::json(scheduler, form, enabled(&scheduler.name)))
            }
            _ => None,
        });
    Ok(forms.collect())
}
