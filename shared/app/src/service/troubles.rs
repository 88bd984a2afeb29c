//! What is wrong that is no build's fault, as the page Now shows it.

use crate::api::overview::Trouble;
use crate::ports::WorkerPorts;
use watch::TroubleAbout;

/// For so long the page Now speaks of somebody who was turned away; the page Workers does for ever.
const LATELY: i64 = 60 * 60 * 1000;

/// The configuration, the storage, sources and workers, in this order.
pub(super) fn troubles(view: &crate::watching::View, state: &master::State, ports: &WorkerPorts) -> Vec<Trouble> {
    let row = |about: &str, name: &str, message: &str, path: Option<&str>| Trouble {
        master: None,
        about: about.to_owned(),
        name: name.to_owned(),
        message: message.to_owned(),
        hint: None,
        path: path.map(str::to_owned),
        since: None,
    };
    let mut troubles: Vec<Trouble> = view
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
        let mut trouble = row(
            "worker",
            &worker.name,
            "it is not connected, so builds that need it wait",
            Some(&format!("/workers/{}", worker.id)),
        );
        trouble.since = worker.since.map(|since| since.0);
        troubles.push(trouble);
    }
    for port in ports.ports() {
        let name = format!("Port {} ({})", port.endpoint, port.protocol);
        troubles.extend(
            port.error
                .iter()
                .map(|error| row("port", &name, error, Some("/workers"))),
        );
    }
    troubles.extend(turned_away(ports));
    troubles
}

/// Who was turned away lately, in one row however many they are.
fn turned_away(ports: &WorkerPorts) -> Option<Trouble> {
    let mut refused = ports.refused();
    let now = super::clock::now().0;
    refused.retain(|one| now - one.at < LATELY);
    let newest = refused.first()?;
    let from = newest.from.as_deref().unwrap_or("this machine");
    let more = match refused.len() - 1 {
        0 => String::new(),
        1 => ", and one other".to_owned(),
        more => format!(", and {more} others"),
    };
    Some(Trouble {
        master: None,
        about: "login".to_owned(),
        name: "Refused workers".to_owned(),
        message: format!("'{}' from {from}: {}{more}", newest.name, newest.reason),
        hint: None,
        path: Some("/workers".to_owned()),
        since: Some(newest.first_at),
    })
}
