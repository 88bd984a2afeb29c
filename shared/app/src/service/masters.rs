//! Joining, signing in, leaving.

use super::joined::overview::master_row;
use super::{App, clock, overview, whole};
use crate::api::masters::{Join, LookAt, Looked, MasterQuery, MasterRow, Masters, RenameMaster, SignIn, SignInSecret};
use crate::api::{Nothing, Refusal};
use crate::joined::kept::{Kept, KeptAuth, propose_key};
use crate::joined::{Member, Signing, hints, not_joined, sign_in_refused, way};
use crate::tries;
use client::{Auth, Base, Credentials, Http, LookError, Seen, Trust};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) async fn masters(app: &App) -> Result<Masters, Refusal> {
    let view = app.watching.view();
    let own = overview::here(app).await?;
    let mut masters = vec![whole::own_row(app, &view, &own)];
    let members = app.farm.members();
    masters.extend(members.iter().map(|member| master_row(member, &view)));
    Ok(Masters {
        now: clock::now().0,
        masters,
        hints: hints_of(app, &members).await,
    })
}

/// Masters that the folders of projects name and that are not joined.
async fn hints_of(app: &App, members: &[Arc<Member>]) -> Vec<crate::api::masters::MasterHint> {
    let config = app.master.config();
    let sources = config.change_sources.iter();
    let folders: Vec<PathBuf> = sources
        .map(|model::config::ChangeSourceConfig::Git(source)| PathBuf::from(&source.repourl))
        .filter(|path| path.is_absolute())
        .collect();
    let hosts: Vec<String> = members
        .iter()
        .map(|member| member.joined.http().base().host().to_owned())
        .collect();
    let read = move || hints::of_folders(&folders, |host| hosts.iter().any(|known| known == host));
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

pub(super) async fn look_at(app: &App, asked: LookAt) -> Result<Looked, Refusal> {
    let seen = match look(&asked.url, None).await {
        Ok(seen) => seen,
        Err(LookError::SignInNeeded { address, auth }) => return closed(app, &address, &auth),
        Err(error) => return Err(not_seen(&error)),
    };
    Ok(Looked {
        url: seen.base.to_string(),
        name: propose(app, &seen.title, &seen.base),
        joined: joined_as(app, &seen.base),
        sign_in: way(&kept_auth(&seen.auth), &seen.base),
        open: seen.reads,
        builders: seen.builders.and_then(|count| u32::try_from(count).ok()),
        title: seen.title,
        version: seen.version,
        outpost: seen.is_outpost,
    })
}

/// A master of which nothing can be seen without signing in.
fn closed(app: &App, address: &str, auth: &Auth) -> Result<Looked, Refusal> {
    let base = Base::parse(address).map_err(|error| Refusal::invalid(error.to_string()))?;
    Ok(Looked {
        url: base.to_string(),
        title: base.host().to_owned(),
        version: None,
        outpost: false,
        sign_in: way(&kept_auth(auth), &base),
        open: false,
        builders: None,
        name: propose(app, "", &base),
        joined: joined_as(app, &base),
    })
}

async fn look(url: &str, credentials: Option<&Credentials>) -> Result<Seen, LookError> {
    Box::pin(client::look(url, &Trust::default(), credentials)).await
}

fn propose(app: &App, title: &str, base: &Base) -> String {
    let title = if title == base.host() { "" } else { title };
    propose_key(title, base.host(), |key| app.farm.is_free(key))
}

fn joined_as(app: &App, base: &Base) -> Option<String> {
    let members = app.farm.members();
    let same = members.iter().find(|member| member.joined.http().base() == *base);
    same.map(|member| member.key.0.clone())
}

fn kept_auth(auth: &Auth) -> KeptAuth {
    match auth {
        Auth::None => KeptAuth::None,
        Auth::Password => KeptAuth::Password,
        Auth::OAuth { name } => KeptAuth::Provider(name.clone()),
        Auth::Proxy => KeptAuth::Proxy,
        Auth::Unknown => KeptAuth::Unknown,
    }
}

/// Why nothing is there to join, and what to do.
fn not_seen(error: &LookError) -> Refusal {
    let message = error.to_string();
    match error {
        LookError::BadAddress(_) => Refusal::invalid(message),
        LookError::NotBuildbot { .. } => {
            Refusal::not_found(message).hint("Open the master in a browser and copy the address of any of its pages.")
        }
        LookError::TooOld { .. } => {
            Refusal::invalid(message).hint("Masters from 0.9 on can be joined; ask who runs it for a newer one.")
        }
        LookError::Tls { .. } => Refusal::unavailable(message)
            .hint("Have its certificate put right, or install who signed it as an authority of this system."),
        LookError::SignInNeeded { .. } | LookError::SignInRefused { .. } => {
            let mut refusal = Refusal::forbidden(message.clone()).hint("Join it with a user name and a password.");
            refusal.fields.insert("secret".to_owned(), message);
            refusal
        }
        LookError::Elsewhere { .. } => Refusal::invalid(message),
        LookError::Unreachable { .. } => {
            Refusal::unavailable(message).hint("Is the address right, and the network up? A VPN may be needed.")
        }
    }
}

pub(super) async fn join(app: &App, join: Join) -> Result<MasterRow, Refusal> {
    let given = join.secret.as_ref().map(|secret| match secret.clone() {
        SignInSecret::Password { user, password } => Credentials::Password { user, password },
        SignInSecret::Cookie { cookie } => Credentials::Cookie(cookie),
    });
    let looked = look(&join.url, None).await;
    let (seen, base, auth) = match looked {
        Ok(seen) => (Some(seen.clone()), seen.base, kept_auth(&seen.auth)),
        Err(LookError::SignInNeeded { address, auth }) if given.is_some() => {
            let base = Base::parse(&address).map_err(|error| Refusal::invalid(error.to_string()))?;
            (None, base, kept_auth(&auth))
        }
        Err(error) => return Err(not_seen(&error)),
    };
    if let Some(key) = joined_as(app, &base) {
        return Err(Refusal::conflict(format!("{base} is joined already, as '{key}'")));
    }
    let http = Http::new(base.clone(), &Trust::default()).map_err(|error| Refusal::failed(error.to_string()))?;
    let mut kept = Kept {
        url: base.to_string(),
        auth,
        session_only: join.session_only,
        ..Kept::default()
    };
    let mut credentials = None;
    if let Some(secret) = join.secret {
        let session_only = join.session_only;
        let signing = Signing { secret, session_only };
        let entered = signing.enter(&http.for_person(), &kept.auth).await;
        credentials = Some(entered.map_err(|error| sign_in_refused(&error))?);
        kept.signed_in = true;
    }
    // What shows nothing to strangers can be described now.
    let seen = match seen.filter(|seen| seen.reads || credentials.is_none()) {
        Some(seen) => Some(seen),
        None => look(&base.to_string(), credentials.as_ref()).await.ok(),
    };
    describe(&mut kept, seen, &base);
    kept.key = match join
        .name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
    {
        Some(name) => name,
        None => propose(app, &kept.title, &base),
    };
    let member = app.farm.add(kept, http).await?;
    if let Some(credentials) = credentials.filter(|_| !join.session_only)
        && let Err(refusal) = app.farm.keep_secret(&member, &credentials).await
    {
        // Not half joined: it is done again with the choice that the refusal names.
        app.farm.remove(&member.key.0).await?;
        return Err(refusal);
    }
    Ok(master_row(&member, &app.watching.view()))
}

fn describe(kept: &mut Kept, seen: Option<Seen>, base: &Base) {
    kept.title = base.host().to_owned();
    if let Some(seen) = seen {
        kept.title = seen.title;
        kept.version = seen.version;
        kept.outpost = seen.is_outpost;
    }
}

pub(super) async fn leave(app: &App, leave: MasterQuery) -> Result<Nothing, Refusal> {
    let member = member(app, &leave.master)?;
    app.farm.remove(&leave.master).await?;
    tries::forget_access(app, &member).await;
    app.forget_in_settings(&leave.master).await?;
    Ok(Nothing {})
}

pub(super) async fn rename(app: &App, rename: RenameMaster) -> Result<MasterRow, Refusal> {
    let paused = tries::pause(app, &rename.master).await;
    let renamed = app.farm.rename(&rename.master, rename.name.trim()).await;
    if let Ok(member) = &renamed {
        tries::rename(app, &rename.master, &member.key.0).await;
    }
    tries::go_on(app, paused).await;
    let member = renamed?;
    app.rename_in_settings(&rename.master, &member.key.0).await?;
    Ok(master_row(&member, &app.watching.view()))
}

pub(super) async fn sign_in(app: &App, sign_in: SignIn) -> Result<MasterRow, Refusal> {
    let member = member(app, &sign_in.master)?;
    let signing = Signing {
        secret: sign_in.secret,
        session_only: sign_in.session_only,
    };
    app.farm.sign_in(&member, &signing).await?;
    Ok(master_row(&member, &app.watching.view()))
}

pub(super) async fn sign_out(app: &App, query: MasterQuery) -> Result<MasterRow, Refusal> {
    let member = member(app, &query.master)?;
    app.farm.sign_out(&member).await?;
    Ok(master_row(&member, &app.watching.view()))
}

pub(super) async fn reconnect(app: &App, query: MasterQuery) -> Result<MasterRow, Refusal> {
    let member = member(app, &query.master)?;
    member.joined.reconnect_now();
    Ok(master_row(&member, &app.watching.view()))
}

fn member(app: &App, key: &str) -> Result<Arc<Member>, Refusal> {
    app.farm.get(key).ok_or_else(|| not_joined(key))
}
