//! How changes get to joined masters beside their pages: kept in the store, the passwords in the keychain.

use super::look::field;
use crate::api::Refusal;
use crate::api::masters::MasterQuery;
use crate::api::tries::{SetTryAccess, TryAccess, TryWay};
use crate::joined::{Member, not_joined};
use crate::secrets::{self, SecretError};
use crate::service::{App, read, write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::rusqlite::Connection;
use submit::options::{self, Options};
use submit::pb::PbWay;
use submit::ssh::SshWay;

/// Under which key the store keeps them, by the masters' ids.
const KEY: &str = "try access";

/// How long a master may take when it is asked whether this works.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// A way, without its password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub way: Option<TryWay>,
    pub address: String,
    pub user: String,
    pub port: Option<u16>,
    pub jobdir: String,
    pub ssh: String,
    pub buildbotbin: String,
    pub job_limit: Option<u32>,
    pub has_password: bool,
    pub session_only: bool,
    /// Where it was found, when nobody has said it here.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// As the file has it.
    #[serde(skip)]
    pub password: Option<String>,
}

impl Kept {
    pub fn over_ssh(&self) -> SshWay {
        SshWay {
            host: self.address.clone(),
            user: self.user.clone(),
            port: self.port,
            jobdir: self.jobdir.clone(),
            ssh: self.ssh.clone(),
            buildbotbin: self.buildbotbin.clone(),
        }
    }

    fn of_file(found: &Options) -> Option<Kept> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let kept = Kept {
            user: text(&found.username),
            file: Some(found.file.clone()),
            ..Kept::default()
        };
        let over_pb = || {
            Some(Kept {
                way: Some(TryWay::Pb),
                address: found.master.clone()?,
                has_password: found.password.is_some(),
                password: found.password.clone(),
                ..kept.clone()
            })
        };
        let over_ssh = || {
            Some(Kept {
                way: Some(TryWay::Ssh),
                address: found.host.clone()?,
                jobdir: text(&found.jobdir),
                ssh: text(&found.ssh),
                buildbotbin: text(&found.buildbotbin),
                ..kept.clone()
            })
        };
        match found.connect.as_deref() {
            Some("pb") => over_pb(),
            Some("ssh") => over_ssh(),
            _ => over_pb().or_else(over_ssh),
        }
    }

    /// The host alone.
    fn host(&self) -> &str {
        let host = self
            .address
            .rsplit_once(':')
            .map_or(self.address.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }

    fn shown(&self, master: &str) -> TryAccess {
        TryAccess {
            master: master.to_owned(),
            way: self.way,
            address: self.address.clone(),
            user: self.user.clone(),
            has_password: self.has_password,
            session_only: self.session_only,
            port: self.port,
            jobdir: self.jobdir.clone(),
            ssh: self.ssh.clone(),
            buildbotbin: self.buildbotbin.clone(),
            job_limit: self.job_limit,
            found_in: self.file.as_ref().map(|file| file.to_string_lossy().into_owned()),
        }
    }
}

/// What `.buildbot/options` says for a folder.
pub(super) async fn of_folder(folder: &Path) -> Option<(Kept, Options)> {
    let folder = folder.to_owned();
    let find = move || options::find(&folder, options::home_folder().as_deref()).options;
    let found = tokio::task::spawn_blocking(find).await.ok().flatten()?;
    Some((Kept::of_file(&found)?, found))
}

/// What is said of a master here, or else what a folder's file says of its host.
pub(super) async fn of_member(app: &App, member: &Member, found: Option<&Kept>) -> Result<Kept, Refusal> {
    if let Some(kept) = all(app).await?.remove(&member.id()) {
        return Ok(kept);
    }
    let base = member.joined.http().base();
    let of_it = found.filter(|found| found.host() == base.host());
    Ok(of_it.cloned().unwrap_or_default())
}

/// Its password: of this run, of the file, or of the keychain.
pub(super) async fn password(app: &App, member: &Member, kept: &Kept) -> Result<String, Refusal> {
    if let Some(password) = &kept.password {
        return Ok(password.clone());
    }
    let name = secret(member.id());
    let of_this_run = read(&app.tries.inner.passwords).get(&name).cloned();
    if let Some(password) = of_this_run {
        return Ok(password);
    }
    if !kept.has_password || kept.session_only {
        return Err(no_password(&member.key.0));
    }
    let profile = app.places.profile.clone();
    in_background(move || secrets::read(&profile, &name))
        .await
        .map_err(secret_refused)
}

fn no_password(master: &str) -> Refusal {
    Refusal::unavailable(format!("nobody has given a password for trying at {master}"))
        .hint(format!("Give it on the page of {master}."))
}

pub(super) fn secret_refused(error: SecretError) -> Refusal {
    Refusal::unavailable(error.to_string())
}

fn secret(id: i64) -> String {
    format!("try-{id}")
}

async fn all(app: &App) -> Result<BTreeMap<i64, Kept>, Refusal> {
    app.store().read(get).await?
}

fn get(c: &Connection) -> store::rusqlite::Result<Result<BTreeMap<i64, Kept>, Refusal>> {
    let Some(kept) = store::settings::get(c, KEY)? else {
        return Ok(Ok(BTreeMap::new()));
    };
    let kept = serde_json::from_value(kept);
    Ok(kept.map_err(|error| Refusal::failed(format!("how changes get to masters: {error}"))))
}

/// Keeps a master's, or forgets it when there is none. Nobody else changes those of others meanwhile.
async fn keep(app: &App, master: i64, kept: Option<Kept>) -> Result<(), Refusal> {
    let done = app.store().write(move |c| {
        let mut all = match get(c)? {
            Ok(all) => all,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match kept {
            Some(kept) => all.insert(master, kept),
            None => all.remove(&master),
        };
        match serde_json::to_value(&all) {
            Ok(value) => store::settings::set(c, KEY, &value).map(Ok),
            Err(error) => Ok(Err(Refusal::failed(error.to_string()))),
        }
    });
    done.await?
}

fn member(app: &App, master: &str) -> Result<Arc<Member>, Refusal> {
    if master == crate::api::bundled() {
        return Err(Refusal::invalid("a change gets to this program's own master by itself"));
    }
    app.farm.get(master).ok_or_else(|| not_joined(master))
}

/// What a master's access is, or seems to be by the projects' files.
pub(crate) async fn access(app: &App, query: MasterQuery) -> Result<TryAccess, Refusal> {
    let member = member(app, &query.master)?;
    let mut kept = of_member(app, &member, None).await?;
    for folder in folders(app) {
        if kept.way.is_some() {
            break;
        }
        if let Some((found, _)) = of_folder(&folder).await {
            kept = of_member(app, &member, Some(&found)).await?;
        }
    }
    Ok(kept.shown(&query.master))
}

/// The folders of projects here.
pub(super) fn folders(app: &App) -> Vec<PathBuf> {
    let config = app.master.config();
    let sources = config.change_sources.iter();
    let folders = sources.map(|model::config::ChangeSourceConfig::Git(source)| PathBuf::from(&source.repourl));
    folders.filter(|path| path.is_absolute()).collect()
}

pub(crate) async fn set_access(app: &App, set: SetTryAccess) -> Result<TryAccess, Refusal> {
    let member = member(app, &set.access.master)?;
    let before = all(app).await?.remove(&member.id()).unwrap_or_default();
    let given = set.password.filter(|password| !password.is_empty());
    let mut kept = of_fields(&set.access, &before, given.is_some())?;
    if set.check {
        check(app, &member, &kept, given.as_deref()).await?;
    }
    let for_this_run = kept.session_only && !before.session_only;
    if before.has_password && (kept.way != Some(TryWay::Pb) || for_this_run) {
        forget_password(app, &member).await;
        kept.has_password = kept.way == Some(TryWay::Pb) && given.is_some();
    }
    if let Some(password) = given {
        keep_password(app, &member, kept.session_only, password).await?;
    }
    keep(app, member.id(), kept.way.is_some().then(|| kept.clone())).await?;
    app.tries.inner.asked.forget(&member.key.0);
    app.newsroom.tries();
    Ok(kept.shown(&member.key.0))
}

fn of_fields(fields: &TryAccess, before: &Kept, given: bool) -> Result<Kept, Refusal> {
    let text = |text: &String| text.trim().to_owned();
    let kept = Kept {
        way: fields.way,
        address: text(&fields.address),
        user: text(&fields.user),
        port: fields.port,
        jobdir: text(&fields.jobdir),
        ssh: text(&fields.ssh),
        buildbotbin: text(&fields.buildbotbin),
        job_limit: fields.job_limit,
        has_password: given || before.has_password,
        session_only: fields.session_only,
        file: None,
        password: None,
    };
    match kept.way {
        Some(TryWay::Pb) => {
            PbWay::new(&kept.address, &kept.user, "").map_err(|error| field("address", error.message))?;
            if kept.user.is_empty() {
                return Err(field(
                    "user",
                    "give the name that the master's try scheduler knows".to_owned(),
                ));
            }
        }
        Some(TryWay::Ssh) => {
            use submit::ssh::BadWords;
            kept.over_ssh().argv().map_err(|error| {
                let name = match error {
                    BadWords::Quote(_) => "ssh",
                    BadWords::Host(_) => "address",
                    BadWords::NoJobdir | BadWords::Jobdir(_) => "jobdir",
                };
                field(name, error.to_string())
            })?;
            check_limit(kept.job_limit)?;
        }
        Some(TryWay::Desk | TryWay::Form) => {
            return Err(field("way", "a change gets there by pb or by ssh".to_owned()));
        }
        None => {}
    }
    Ok(kept)
}

/// Refuses a limit of job files that no master has.
pub(super) fn check_limit(limit: Option<u32>) -> Result<(), Refusal> {
    use wire::try_job::jobdir::LONGEST;
    match limit {
        Some(limit) if limit == 0 || limit as usize > LONGEST => {
            let words = format!("a job file can have from 1 to {LONGEST} bytes");
            Err(field("job_limit", words))
        }
        _ => Ok(()),
    }
}

/// Asks the master whether it works. A job folder cannot be asked.
async fn check(app: &App, member: &Member, kept: &Kept, given: Option<&str>) -> Result<(), Refusal> {
    if kept.way != Some(TryWay::Pb) {
        return Ok(());
    }
    let password = match given {
        Some(given) => given.to_owned(),
        None => password(app, member, kept).await?,
    };
    let way = PbWay::new(&kept.address, &kept.user, &password).map_err(|error| field("address", error.message))?;
    let asked = way.offer(PATIENCE).await;
    asked.map(drop).map_err(|error| {
        let name = if error.passing { "address" } else { "password" };
        let refusal = field(name, error.message);
        match error.hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    })
}

async fn keep_password(app: &App, member: &Member, session_only: bool, password: String) -> Result<(), Refusal> {
    let name = secret(member.id());
    if session_only {
        app.tries.remember(name, password);
        return Ok(());
    }
    write(&app.tries.inner.passwords).remove(&name);
    let profile = app.places.profile.clone();
    in_background(move || secrets::write(&profile, &name, password))
        .await
        .map_err(secret_refused)
}

/// A master is left: how changes got there is forgotten, with the password.
pub(crate) async fn forget_access(app: &App, member: &Member) {
    let forgotten = async {
        let Some(kept) = all(app).await?.remove(&member.id()) else {
            return Ok(());
        };
        match kept.session_only {
            true => drop(write(&app.tries.inner.passwords).remove(&secret(member.id()))),
            false if kept.has_password => forget_password(app, member).await,
            false => {}
        }
        keep(app, member.id(), None).await
    };
    if let Err(refusal) = forgotten.await {
        tracing::warn!("how changes got to {} is still kept: {refusal}", member.key);
    }
}

async fn forget_password(app: &App, member: &Member) {
    let (profile, name) = (app.places.profile.clone(), secret(member.id()));
    write(&app.tries.inner.passwords).remove(&name);
    match in_background(move || secrets::remove(&profile, &name)).await {
        Ok(()) | Err(SecretError::NotSet(_)) => {}
        Err(error) => tracing::warn!(
            "the password for trying at {} stays in the keychain: {error}",
            member.key
        ),
    }
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
) -> Result<T, SecretError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(SecretError::Refused(error.to_string())),
    }
}
