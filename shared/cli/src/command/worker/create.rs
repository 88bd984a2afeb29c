//! `outpost worker create`

use super::arguments::WorkerCreate;
use super::{folder, password};
use crate::absolute;
use crate::command::print_json;
use crate::failure::{Failure, USAGE};
use lend::basedir::{Basedir, Rotation, Settings};
use serde_json::json;

pub fn run(create: WorkerCreate) -> Result<(), Failure> {
    let at = absolute(&create.folder)?;
    let settings = settings(&create)?;
    let basedir = Basedir::create(&at, settings, create.force).map_err(folder::failure)?;
    if create.json {
        let (name, master) = (&basedir.settings().name, &basedir.settings().master);
        return print_json(&json!({"basedir": at, "name": name, "master": master}));
    }
    if !create.quiet {
        println!(
            "Made {0}.\nWrite who looks after this machine into {0}/info/admin, what it is into {0}/info/host,\n\
             and start the worker with:  outpost worker start {0}",
            at.display()
        );
    }
    Ok(())
}

fn settings(create: &WorkerCreate) -> Result<Settings, Failure> {
    let (master, name, password) = words(create)?;
    let mut settings = Settings::new(master, name, password);
    settings.protocol.clone_from(&create.protocol);
    settings.use_tls = create.use_tls;
    settings.proxy.clone_from(&create.proxy_connection_string);
    settings.keepalive = create.keepalive;
    settings.maxdelay = create.maxdelay;
    settings.maxretries = create.maxretries;
    settings.umask = create.umask;
    settings.numcpus = create.numcpus;
    settings.allow_shutdown = create.allow_shutdown.map(Into::into);
    settings.delete_leftover_dirs = create.delete_leftover_dirs;
    settings.log = match create.no_logrotate {
        true => None,
        false => Some(Rotation {
            size: create.log_size,
            count: log_count(&create.log_count)?,
        }),
    };
    Ok(settings)
}

/// Master, name and password, from wherever each is given.
fn words(create: &WorkerCreate) -> Result<(String, String, String), Failure> {
    let mut words = create.words.iter().cloned();
    let master = match &create.connection_string {
        Some(master) => Some(master.clone()),
        None => words.next(),
    };
    let (name, last, more) = (words.next(), words.next(), words.next());
    let (Some(master), Some(name), None) = (master, name, more) else {
        let failure = Failure::new(USAGE, "a worker needs a master, a name and a password");
        return Err(failure.hint("outpost worker create BASEDIR HOST:PORT NAME PASSWORD"));
    };
    let password = match (last, &create.passwd_file) {
        (Some(_), Some(_)) => return Err(Failure::new(USAGE, "the password is given twice")),
        (Some(password), None) => password,
        (None, Some(file)) => password::from_file(file)?,
        (None, None) => password::asked(&name)?,
    };
    Ok((master, name, password))
}

fn log_count(text: &str) -> Result<Option<u32>, Failure> {
    if text == "None" {
        return Ok(None);
    }
    let count = text.parse().map(Some);
    count.map_err(|_| Failure::new(USAGE, format!("--log-count '{text}' is no number, nor None")))
}
