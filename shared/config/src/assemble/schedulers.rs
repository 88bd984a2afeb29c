//! Schedulers.

use super::{Known, filter, force, not_there, properties, tries};
use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::{ChangeFilter, Importance, SchedulerConfig, SchedulerKind, TextFilter, TreeScheduler};

pub(super) fn scheduler(made: &Made, known: &Known, run: &Run) -> SchedulerConfig {
    let name = made.text("name").unwrap_or_default().to_owned();
    let builders = made.texts("builderNames");
    if builders.is_empty() && made.get("builderNames").is_some() {
        run.warning(
            &made.location,
            format!("the scheduler '{name}' asks no builder"),
            "name one in builderNames=[…]",
        );
    }
    for builder in &builders {
        if !known.builders.contains_key(builder) {
            let user = format!("the scheduler '{name}'");
            not_there(run, &made.location, &user, "builder", builder, &known.builders);
        }
    }
    let kind = match made.spec.name {
        "SingleBranchScheduler" => SchedulerKind::SingleBranch(tree(made, run)),
        "AnyBranchScheduler" => SchedulerKind::AnyBranch(tree(made, run)),
        "Try_Userpass" => SchedulerKind::TryUserpass(tries::userpass(made, &name, run)),
        "Try_Jobdir" => SchedulerKind::TryJobdir(tries::jobdir(made, &name, run)),
        _ => SchedulerKind::Force(Box::new(force::force(made, &name, run))),
    };
    let form = matches!(kind, SchedulerKind::Force(_));
    SchedulerConfig {
        builders,
        // A form's properties are its fields, and its reason is one of them.
        properties: if form {
            model::Properties::default()
        } else {
            properties::of(made, "properties", "Scheduler", run)
        },
        reason: if form {
            String::new()
        } else {
            made.text("reason").unwrap_or_default().to_owned()
        },
        priority: match made.get("priority") {
            Some(Arg::Int(priority)) => *priority,
            _ => 0,
        },
        kind,
        location: made.location.clone(),
        name,
    }
}

fn tree(made: &Made, run: &Run) -> TreeScheduler {
    let tree_stable_timer = made.number("treeStableTimer");
    if tree_stable_timer.is_some_and(|seconds| seconds < 0.0) {
        run.error(
            &made.location,
            "treeStableTimer cannot be negative",
            "give seconds, or None to build each change at once",
        );
    }
    TreeScheduler {
        filter: change_filter(made, run),
        tree_stable_timer,
        important: importance(made, run),
        only_important: made.bool("onlyImportant", false),
    }
}

/// The filter, or the older arguments `branch`, `branches`, `category` and `categories`.
fn change_filter(made: &Made, run: &Run) -> ChangeFilter {
    let older = ["branch", "branches", "category", "categories"];
    let given = older.iter().find(|name| made.given(name).is_some());
    match (made.get("change_filter"), given) {
        (Some(arg), older) => {
            if let Some(older) = older {
                run.error(
                    &made.location,
                    format!("{} takes change_filter or {older}, not both", made.spec.full_name()),
                    format!("put it into the filter: util.ChangeFilter({older}=…)"),
                );
            }
            arg.made()
                .filter(|filter| filter.is("util", "ChangeFilter"))
                .map_or_else(ChangeFilter::default, |filter| filter::filter(filter, run))
        }
        (None, _) => {
            let either = |one, other, none| {
                filter::alternatives(made, one, none).or_else(|| filter::alternatives(made, other, none))
            };
            let text = |eq| TextFilter {
                eq,
                ..TextFilter::default()
            };
            ChangeFilter {
                branch: text(either("branch", "branches", made.given("branch").is_some())),
                category: text(either("category", "categories", false)),
                ..ChangeFilter::default()
            }
        }
    }
}

fn importance(made: &Made, run: &Run) -> Importance {
    let globs = made.texts("important");
    match (filter::function(made, "fileIsImportant"), globs.is_empty()) {
        (Some(function), true) => Importance::Asked(function),
        (None, true) => Importance::All,
        (None, false) => {
            if let Err(reason) = crate::function::glob_set(&globs) {
                run.error(&made.location, reason, "write patterns like \"**/*.c\"");
            }
            Importance::Globs(globs)
        }
        (Some(_), false) => {
            run.error(
                &made.location,
                "a scheduler takes fileIsImportant or important, not both",
                "keep one of them",
            );
            Importance::All
        }
    }
}
