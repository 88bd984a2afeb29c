//! What is wrong that is no build's fault, as the page Now shows it.

use crate::api::overview::Trouble;
use watch::TroubleAbout;

/// The configuration, the storage, sources and workers, in this order.
pub(super) fn troubles(view: &crate::watching::View, state: &master::State) -> Vec<Trouble> {
    let row = |about: &str, name: &str, message: &str, path: Option<&str>| Trouble {
        about: about.to_owned(),
        name: name.to_owned(),
        message: message.to_owned(),
        hint: None,
        path: path.map(str::to_owned),
        since: None,
    };
    let mut troubles: Vec<Trouble> = view
        .snapshot
        .troubles
        .iter()
        .filter_map(|trouble| match &trouble.about {
            TroubleAbout::Config => Some(row(
                "configuration",
                "Configuration",
                &trouble.message,
                Some("/projects"),
            )),
            // What the master says below is newer than what was heard of it.
            TroubleAbout::Worker(_) | TroubleAbout::ChangeSource(_) | TroubleAbout::Store => None,
        })
        .collect();
    troubles.extend(
        state
            .problem
            .iter()
            .map(|problem| row("disk", "Storage", problem, None)),
    );
    for source in &state.change_sources {
        troubles.extend(
            source
                .error
                .iter()
                .map(|error| row("source", &source.name, error, Some("/projects"))),
        );
    }
    for worker in state.workers.iter().filter(|worker| !worker.attached) {
        troubles.push(row(
            "worker",
            &worker.name,
            "it is not connected, so builds that need it wait",
            None,
        ));
    }
    troubles
}
