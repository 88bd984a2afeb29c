//! What a person does so that a worker of another machine can come: a password, the lines of the configuration, and the
//! commands to type there.

use crate::api::Refusal;
use crate::api::workers::{Invitation, InviteWorker, PortRow, Way};
use crate::secrets;
use crate::service::App;

/// Characters of a name.
const NAME: usize = 50;

/// The port that is proposed where none is configured.
const PORT: u16 = 9989;

pub(crate) async fn invite(app: &App, invite: InviteWorker) -> Result<Invitation, Refusal> {
    let name = checked(app, invite.name.trim())?;
    let password = password();
    let secret = format!("worker-{name}");
    let kept = keep(app, secret.clone(), password.clone()).await;
    let (secret, not_kept) = match kept {
        Ok(()) => (Some(secret), None),
        Err(why) => (None, Some(why)),
    };
    let ports = app.worker_ports().ports();
    let argument = match &secret {
        Some(secret) => format!("secret(\"{secret}\")"),
        None => format!("\"{password}\""),
    };
    let mut lines = vec![format!("c[\"workers\"].append(worker.Worker(\"{name}\", {argument}))")];
    if ports.is_empty() {
        lines.push(format!("c[\"protocols\"] = {{\"pb\": {{\"port\": {PORT}}}}}"));
    }
    Ok(Invitation {
        ways: ways(&name, &password, &ports),
        name,
        password,
        secret,
        not_kept,
        lines,
    })
}

fn checked(app: &App, name: &str) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let refused = |why: String| {
        let mut refusal = Refusal::invalid(why.clone());
        refusal.fields.insert("name".to_owned(), why);
        refusal
    };
    if name.is_empty() || name.len() > NAME || name.starts_with('-') || !name.chars().all(plain) {
        let why = format!("a worker's name has 1 to {NAME} letters, digits, '-', '_' and '.'");
        return Err(refused(why));
    }
    if app.master.catalog().worker(name).is_some() {
        return Err(refused(format!("the configuration has a worker '{name}' already")));
    }
    Ok(name.to_owned())
}

/// 128 bits that nobody can guess, in letters that every shell and file takes.
fn password() -> String {
    rand::random::<[u8; 16]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn keep(app: &App, name: String, password: String) -> Result<(), String> {
    let profile = app.places.profile.clone();
    let kept = tokio::task::spawn_blocking(move || secrets::write(&profile, &name, password)).await;
    match kept {
        Ok(kept) => kept.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Outpost's own worker and Buildbot's; each by the first port that other machines can reach.
fn ways(name: &str, password: &str, ports: &[PortRow]) -> Vec<Way> {
    let port = ports.iter().find(|port| port.reachable).or(ports.first());
    let at = address(port);
    let mut options = String::new();
    if port.is_some_and(|port| port.protocol != "pb") {
        options.push_str("--protocol=msgpack_experimental_v7 ");
    }
    if port.is_some_and(|port| port.secure) {
        options.push_str("--use-tls ");
    }
    let way = |program: &str, create: &str, start: &str| Way {
        program: program.to_owned(),
        commands: vec![
            format!("{create} {options}{name}-worker {at} {name} {password}"),
            format!("{start} {name}-worker"),
        ],
    };
    vec![
        way("Outpost", "outpost worker create", "outpost worker start"),
        way("Buildbot", "buildbot-worker create-worker", "buildbot-worker start"),
    ]
}

/// As the other machine reaches this one.
fn address(port: Option<&PortRow>) -> String {
    let listens = port.and_then(|port| port.listens.as_deref());
    let socket: Option<std::net::SocketAddr> = listens.and_then(|listens| listens.parse().ok());
    match socket {
        Some(socket) if !socket.ip().is_unspecified() => socket.to_string(),
        Some(socket) => format!("{}:{}", host(), socket.port()),
        None => format!("{}:{PORT}", host()),
    }
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "THIS-MACHINE".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(protocol: &str, listens: &str, secure: bool, reachable: bool) -> PortRow {
        PortRow {
            protocol: protocol.to_owned(),
            endpoint: String::new(),
            listens: Some(listens.to_owned()),
            secure,
            reachable,
            error: None,
        }
    }

    fn first(ports: &[PortRow]) -> String {
        ways("mac", "pw", ports)[1].commands[0].clone()
    }

    #[test]
    fn the_command_names_the_port_that_others_reach() {
        let near = port("pb", "127.0.0.1:9989", false, false);
        let far = port("msgpack_experimental_v7", "10.1.2.3:9990", true, true);
        assert_eq!(
            first(std::slice::from_ref(&near)),
            "buildbot-worker create-worker mac-worker 127.0.0.1:9989 mac pw"
        );
        assert_eq!(
            first(&[near, far]),
            "buildbot-worker create-worker --protocol=msgpack_experimental_v7 --use-tls mac-worker 10.1.2.3:9990 mac pw"
        );
        let any = port("pb", "0.0.0.0:4711", false, true);
        assert!(first(&[any]).ends_with(":4711 mac pw"));
        assert!(first(&[]).ends_with(":9989 mac pw"));
    }

    #[test]
    fn no_two_passwords_are_alike() {
        assert_eq!(password().len(), 32);
        assert_ne!(password(), password());
    }
}
