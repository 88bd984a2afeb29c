//! Schedulers for people's changes that are not committed yet.

use super::{ports, render};
use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::{
    MasterConfig, Render, SchedulerConfig, SchedulerKind, TryJobdir, TryUser, TryUserpass, WorkerProtocol, same_port,
};

pub(super) fn userpass(made: &Made, scheduler: &str, run: &Run) -> TryUserpass {
    let port = match made.get("port").map(ports::endpoint) {
        Some(Ok(Some(port))) => port,
        // That it must be given was told at the call.
        None | Some(Ok(None)) => String::new(),
        Some(Err(reason)) => {
            run.error(
                &made.location,
                format!("the port of the scheduler '{scheduler}': {reason}"),
                "give the workers' port, such as 9989, or one of its own",
            );
            String::new()
        }
    };
    let mut users: Vec<TryUser> = Vec::new();
    for item in items(made.get("userpass")) {
        match user(item) {
            Some(user) if users.iter().any(|known| known.name == user.name) => run.error(
                &made.location,
                format!("the scheduler '{scheduler}' has the user '{}' twice", user.name),
                "keep one of them",
            ),
            Some(user) => users.push(user),
            None => run.error(
                &made.location,
                format!(
                    "userpass of the scheduler '{scheduler}' cannot hold {}",
                    item.described()
                ),
                "write (\"name\", secret(\"password\")) for each person",
            ),
        }
    }
    if users.iter().any(|user| matches!(user.password, Render::Const(_))) {
        run.warning(
            &made.location,
            format!("the passwords of the scheduler '{scheduler}' can be read in this file"),
            "keep each in the keychain and write userpass=[(\"name\", secret(\"name of it\"))]",
        );
    }
    TryUserpass { port, users }
}

fn items(arg: Option<&Arg>) -> &[Arg] {
    match arg {
        Some(Arg::List(items)) => items,
        _ => &[],
    }
}

/// A name and a password.
fn user(item: &Arg) -> Option<TryUser> {
    let [name, password] = items(Some(item)) else {
        return None;
    };
    let secret = |arg: &Arg| arg.made().is_some_and(|made| made.is("util", "Secret"));
    let name = name.text().filter(|name| !name.is_empty())?;
    (password.text().is_some() || secret(password)).then(|| TryUser {
        name: name.to_owned(),
        password: render::render(password),
    })
}

pub(super) fn jobdir(made: &Made, scheduler: &str, run: &Run) -> TryJobdir {
    let folder = made.text("jobdir").unwrap_or_default().trim().to_owned();
    if folder.is_empty() && made.get("jobdir").is_some() {
        run.error(
            &made.location,
            format!("the scheduler '{scheduler}' has no jobdir"),
            "name a folder, such as jobdir=\"jobs\"",
        );
    }
    TryJobdir { folder }
}

/// Tells of names that stand for two at one port, and of folders that two would empty.
pub(super) fn tell_ambiguous(config: &MasterConfig, run: &Run) {
    for (at, scheduler) in config.schedulers.iter().enumerate() {
        let before = &config.schedulers[..at];
        match &scheduler.kind {
            SchedulerKind::TryUserpass(userpass) => {
                let at_workers_port = config
                    .worker_ports
                    .iter()
                    .any(|port| port.protocol == WorkerProtocol::Pb && same_port(&port.endpoint, &userpass.port));
                for user in &userpass.users {
                    let worker = |name: &str| config.workers.iter().any(|worker| !worker.local && worker.name == name);
                    let elsewhere = before.iter().find(|other| has_user(other, &userpass.port, &user.name));
                    let other = match elsewhere {
                        Some(other) => format!("the scheduler '{}'", other.name),
                        None if at_workers_port && worker(&user.name) => format!("the worker '{}'", user.name),
                        None => continue,
                    };
                    run.error(
                        &scheduler.location,
                        format!(
                            "'{}' logs in at the port {} for {other} as well",
                            user.name, userpass.port
                        ),
                        "give one of them another name, or the scheduler a port of its own",
                    );
                }
            }
            SchedulerKind::TryJobdir(jobdir) => {
                let same = |other: &&SchedulerConfig| matches!(&other.kind, SchedulerKind::TryJobdir(other) if other.folder == jobdir.folder);
                if let Some(other) = before.iter().find(same) {
                    run.error(
                        &scheduler.location,
                        format!("'{}' and '{}' have the same jobdir", other.name, scheduler.name),
                        "give each a folder of its own",
                    );
                }
            }
            _ => {}
        }
    }
}

fn has_user(scheduler: &SchedulerConfig, port: &str, name: &str) -> bool {
    match &scheduler.kind {
        SchedulerKind::TryUserpass(other) => {
            same_port(&other.port, port) && other.users.iter().any(|user| user.name == name)
        }
        _ => false,
    }
}
