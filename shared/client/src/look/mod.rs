//! Joining: finds a master by the address of any of its pages, and says what it is.

mod address;
mod others;

use crate::http::{Answer, Asked};
use crate::session::jwt;
use crate::{Allowance, BadAddress, Base, Capabilities, Credentials, Error, Http, Trust};
use model::Json;

/// A master that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Where it is.
    pub base: Base,
    /// What it calls itself; its host where it does not.
    pub title: String,
    /// Its program and version, from 3.7 on.
    pub version: Option<String>,
    /// How one signs in.
    pub auth: Auth,
    /// Who one is there.
    pub user: Option<String>,
    /// Whether everybody may read it.
    pub reads: bool,
    /// How many builders it has, old ones too, if it can be read.
    pub builders: Option<usize>,
    /// Whether it is an Outpost.
    pub is_outpost: bool,
}

/// How one signs in at a master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// By user and password.
    Password,
    /// By another service, in a browser.
    OAuth {
        /// For people, for example `GitHub`.
        name: String,
    },
    /// By a proxy in front of it.
    Proxy,
    /// In a way that is not known here, or that the master does not tell.
    Unknown,
}

/// Why there is no master to join.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LookError {
    /// The text is no address.
    #[error(transparent)]
    BadAddress(#[from] BadAddress),
    /// Something else answers.
    #[error("there is no Buildbot at {address}; {}", .seems.as_deref().map_or_else(
        || "what answers is something else".to_owned(), |seems| format!("it seems to be {seems}")))]
    NotBuildbot {
        /// What was looked at.
        address: String,
        /// What it seems to be.
        seems: Option<String>,
    },
    /// A Buildbot before 0.9, which cannot be followed.
    #[error("{address} is a Buildbot older than 0.9, which has no interface to follow it by; open it in a browser")]
    TooOld {
        /// Where.
        address: String,
    },
    /// The connection cannot be trusted.
    #[error("no secure connection to {address}: {reason}")]
    Tls {
        /// What was looked at.
        address: String,
        /// Why.
        reason: String,
    },
    /// Nothing can be seen without signing in.
    #[error("{address} shows nothing without a sign-in")]
    SignInNeeded {
        /// Where.
        address: String,
        /// How.
        auth: Auth,
    },
    /// The sign-in was not accepted.
    #[error("{address} does not accept the sign-in: {reason}")]
    SignInRefused {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// It is somewhere else.
    #[error("{from} sends to {to}, which is another place; if that is right, join that address")]
    Elsewhere {
        /// What was looked at.
        from: String,
        /// Where it sends to.
        to: String,
    },
    /// Nothing answers, or not in time.
    #[error("{address} cannot be reached: {reason}")]
    Unreachable {
        /// What was looked at.
        address: String,
        /// Why.
        reason: String,
    },
}

/// Finds the master of which `text` is an address: of any page, with or without a scheme. With credentials it is looked at
/// as whom they name, where it needs that.
pub async fn look(text: &str, trust: &Trust, credentials: Option<&Credentials>) -> Result<Seen, LookError> {
    let candidates = address::candidates(text)?;
    match Box::pin(among(&candidates.first, trust, credentials)).await {
        // Only where nothing speaks TLS: a certificate that is wrong is no reason to go without one.
        Err(LookError::Unreachable { .. } | LookError::NotBuildbot { .. }) if !candidates.plain.is_empty() => {
            Box::pin(among(&candidates.plain, trust, credentials)).await
        }
        Err(LookError::Tls { reason, .. }) if reason.contains("does not speak TLS") && !candidates.plain.is_empty() => {
            Box::pin(among(&candidates.plain, trust, credentials)).await
        }
        other => other,
    }
}

async fn among(bases: &[Base], trust: &Trust, credentials: Option<&Credentials>) -> Result<Seen, LookError> {
    let Some(first) = bases.first() else {
        return Err(LookError::BadAddress(BadAddress::User));
    };
    let http = Http::with_allowance(first.clone(), trust, Allowance::default());
    let http = http.map_err(|error| told(first, error))?.for_person();
    let mut sent_away = None;
    for base in bases {
        let http = http.at(base.clone());
        match Box::pin(probe(&http, credentials)).await {
            Ok(Probe::Master { open }) => return Box::pin(describe(&http, credentials, open)).await,
            Ok(Probe::Other) => {}
            Err(Error::Elsewhere { from, to }) => sent_away = Some(LookError::Elsewhere { from, to }),
            Err(other) => return Err(told(base, other)),
        }
    }
    for base in bases {
        if others::is_before_nine(&http.at(base.clone())).await {
            return Err(LookError::TooOld {
                address: base.to_string(),
            });
        }
    }
    match sent_away {
        Some(sent_away) => Err(sent_away),
        None => Err(LookError::NotBuildbot {
            address: first.to_string(),
            seems: others::seems(&http).await,
        }),
    }
}

/// What is at an address.
enum Probe {
    /// A master, that anybody may read or not.
    Master { open: bool },
    /// Something else.
    Other,
}

async fn probe(http: &Http, credentials: Option<&Credentials>) -> Result<Probe, Error> {
    let asked = Asked::data("masters?limit=1");
    let mut answer = http.ask(&asked).await?;
    if answer.status == 401 {
        let Some(credentials) = credentials else {
            return Err(Error::SignInNeeded);
        };
        http.sign_in(&as_proxys(credentials)).await?;
        answer = http.ask(&asked).await?;
    }
    let rows = |answer: &Answer| {
        let told: Option<Json> = serde_json::from_slice(&answer.body).ok();
        told.is_some_and(|told| told.get("masters").is_some_and(Json::is_array))
    };
    Ok(match answer.status {
        200 if rows(&answer) => Probe::Master { open: true },
        // A master says in JSON which role one needs; other servers do not.
        403 if answer.error().is_some() => Probe::Master { open: false },
        _ => Probe::Other,
    })
}

/// A user and a password given for a place where the proxy asks are for the proxy.
fn as_proxys(credentials: &Credentials) -> Credentials {
    match credentials {
        Credentials::Password { user, password } => Credentials::ProxyBasic {
            user: user.clone(),
            password: password.clone(),
        },
        other => other.clone(),
    }
}

async fn describe(http: &Http, credentials: Option<&Credentials>, open: bool) -> Result<Seen, LookError> {
    let base = http.base();
    let failed = |error| told(&base, error);
    if let (Some(credentials), crate::Session::SignedOut) = (credentials, http.session()) {
        http.sign_in(credentials).await.map_err(failed)?;
    }
    let config = http.config().await.unwrap_or_default().unwrap_or_default();
    let capabilities = Capabilities::of_config(&config).unwrap_or_default();
    let counted: Option<Json> = match http.get("builders?limit=1").await {
        Ok(told) => Some(told),
        Err(Error::SignInNeeded | Error::Forbidden(_)) => None,
        Err(other) => return Err(failed(other)),
    };
    let builders = counted
        .as_ref()
        .and_then(|told| told.get("meta")?.get("total")?.as_u64());
    let title = config.get("title").and_then(Json::as_str).map(str::trim);
    let title = title.filter(|title| !title.is_empty()).unwrap_or(base.host());
    Ok(Seen {
        title: title.chars().take(100).collect(),
        version: capabilities.version,
        auth: auth(&config),
        user: config.get("user").and_then(jwt::user),
        reads: open && counted.is_some(),
        builders: builders.and_then(|total| usize::try_from(total).ok()),
        is_outpost: capabilities.is_outpost,
        base: base.clone(),
    })
}

/// How one signs in, by `auth` of `/config`.
fn auth(config: &Json) -> Auth {
    let Some(auth) = config.get("auth") else {
        return Auth::Unknown;
    };
    let name = auth.get("name").and_then(Json::as_str).unwrap_or_default();
    let by_browser = auth.get("oauth2").and_then(Json::as_bool).unwrap_or_default();
    match name {
        _ if by_browser => Auth::OAuth {
            name: name.chars().take(40).collect(),
        },
        "NoAuth" => Auth::None,
        "UserPasswordAuth" | "HTPasswdAuth" | "HTPasswdAprAuth" | "CustomAuth" => Auth::Password,
        "RemoteUserAuth" => Auth::Proxy,
        _ => Auth::Unknown,
    }
}

fn told(base: &Base, error: Error) -> LookError {
    let address = base.to_string();
    match error {
        Error::Tls(reason) => LookError::Tls { address, reason },
        Error::Unreachable(reason) => LookError::Unreachable { address, reason },
        Error::SignInNeeded => LookError::SignInNeeded {
            address,
            auth: Auth::Proxy,
        },
        Error::SignInRefused(reason) => LookError::SignInRefused { address, reason },
        Error::Elsewhere { from, to } => LookError::Elsewhere { from, to },
        Error::NotBuildbot(seems) => LookError::NotBuildbot {
            address,
            seems: Some(seems),
        },
        other => LookError::Unreachable {
            address,
            reason: other.to_string(),
        },
    }
}
