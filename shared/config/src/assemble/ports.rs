//! `c["protocols"]`: the ports that workers come to.
//!
//! Only what can be seen at a glance is checked here: the kind of endpoint and the number of its port. The rest of an
//! endpoint's text is read where the port is opened, by the crate that opens it, and told there.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::names;
use model::config::{Location, MasterConfig, WorkerPort, WorkerProtocol};

/// The protocols that have a port.
const PROTOCOLS: [WorkerProtocol; 2] = [WorkerProtocol::Pb, WorkerProtocol::Msgpack];

/// Buildbot's name for workers in the master's own process, which have no port.
const NULL: &str = "null";

/// Endpoints that can be listened on.
const KINDS: [&str; 3] = ["tcp", "ssl", "unix"];

/// The ports of the dictionary, in its order.
pub(super) fn ports(arg: Option<&Arg>, place: &Location, run: &Run) -> Vec<WorkerPort> {
    let members = match arg {
        None | Some(Arg::None) => return Vec::new(),
        Some(Arg::Dict(members)) => members,
        Some(other) => {
            run.error(place, format!("c['protocols'] cannot be {}", other.described()), FIX);
            return Vec::new();
        }
    };
    let mut ports = Vec::new();
    for (key, value) in members {
        let name = key.text().unwrap_or_default();
        match PROTOCOLS.into_iter().find(|protocol| protocol.key() == name) {
            Some(protocol) => ports.extend(of_protocol(protocol, value, place, run)),
            None if name == NULL => {}
            None => unknown(key, place, run),
        }
    }
    told_twice(&ports, place, run);
    ports
}

/// What a right value looks like.
const FIX: &str = "write c['protocols'] = {\"pb\": {\"port\": 9989}}";

fn unknown(key: &Arg, place: &Location, run: &Run) {
    let name = key.key().unwrap_or_else(|| key.described());
    let near = names::nearest(&name, PROTOCOLS.iter().map(|protocol| protocol.key()));
    let fix = match near {
        Some(near) => format!("did you mean '{near}'?"),
        None => "there are pb, msgpack_experimental_v7 and null".to_owned(),
    };
    run.error(place, format!("c['protocols'] has no protocol '{name}'"), fix);
}

fn of_protocol(protocol: WorkerProtocol, value: &Arg, place: &Location, run: &Run) -> Vec<WorkerPort> {
    let key = protocol.key();
    let Arg::Dict(members) = value else {
        if !value.is_none() {
            run.error(
                place,
                format!("c['protocols']['{key}'] cannot be {}", value.described()),
                FIX,
            );
        }
        return Vec::new();
    };
    let mut ports = Vec::new();
    for (name, value) in members {
        match name.text() {
            Some("port") => ports.extend(endpoints(key, value, place, run)),
            _ => run.error(
                place,
                format!("c['protocols']['{key}'] has no '{}'", name.key().unwrap_or_default()),
                "give 'port' only",
            ),
        }
    }
    let port = |endpoint| WorkerPort {
        protocol,
        endpoint,
        location: place.clone(),
    };
    ports.into_iter().map(port).collect()
}

/// One endpoint, or a list of them.
fn endpoints(key: &str, value: &Arg, place: &Location, run: &Run) -> Vec<String> {
    let items = match value {
        Arg::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut good = Vec::new();
    for item in items {
        match endpoint(item) {
            Ok(Some(text)) => good.push(text),
            Ok(None) => {}
            Err(reason) => run.error(
                place,
                format!("c['protocols']['{key}']['port']: {reason}"),
                "give a number such as 9989, or an endpoint such as \"tcp:9989:interface=127.0.0.1\"",
            ),
        }
    }
    good
}

/// An endpoint as the person wrote it; the error says what is wrong with it.
pub(super) fn endpoint(item: &Arg) -> Result<Option<String>, String> {
    match item {
        Arg::None => Ok(None),
        Arg::Int(number) => port_number(&number.to_string()).map(Some),
        Arg::Text(text) => checked(text).map(|()| Some(text.trim().to_owned())),
        other => Err(format!("{} is no port", other.described())),
    }
}

fn checked(text: &str) -> Result<(), String> {
    let text = text.trim();
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    if !KINDS.contains(&kind) {
        if rest.is_empty() && kind.bytes().all(|byte| byte.is_ascii_digit()) && !kind.is_empty() {
            return port_number(kind).map(drop);
        }
        return Err(format!("'{text}' is no endpoint; there are {}", KINDS.join(", ")));
    }
    let first = rest.split(':').next().unwrap_or_default();
    match kind {
        "unix" if first.is_empty() => Err(format!("'{text}' names no path")),
        // What has a name of its own, like `port=9989`, is read where the port is opened.
        "unix" => Ok(()),
        _ if first.contains('=') => Ok(()),
        _ => port_number(first).map(drop),
    }
}

/// 0 lets the system choose.
fn port_number(text: &str) -> Result<String, String> {
    match text.parse::<u16>() {
        Ok(number) => Ok(number.to_string()),
        Err(_) => Err(format!("'{text}' is no number from 0 to 65535")),
    }
}

fn told_twice(ports: &[WorkerPort], place: &Location, run: &Run) {
    for (at, port) in ports.iter().enumerate() {
        let chosen_by_the_system = port.endpoint == "0" || port.endpoint.starts_with("tcp:0");
        if !chosen_by_the_system && ports.iter().take(at).any(|other| other.endpoint == port.endpoint) {
            run.error(
                place,
                format!("c['protocols'] has the port {} twice", port.endpoint),
                "give each protocol a port of its own",
            );
        }
    }
}

/// Tells of workers that have no port to come to.
pub(super) fn tell_unreachable(config: &MasterConfig, run: &Run) {
    if !config.worker_ports.is_empty() {
        return;
    }
    if let Some(remote) = config.workers.iter().find(|worker| !worker.local) {
        run.warning(
            &remote.location,
            format!("the worker '{}' cannot come: c['protocols'] has no port", remote.name),
            FIX,
        );
    }
}
