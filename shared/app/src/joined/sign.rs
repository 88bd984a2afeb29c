//! Signing in at a joined master, and staying so over a restart of this program.

use super::kept::KeptAuth;
use super::member::Member;
use super::{Around, secret};
use crate::api::Refusal;
use crate::api::masters::SignInSecret;
use client::{Credentials, Error, Http};
use std::sync::Arc;
use tracing::warn;

/// What somebody gave to sign in with, and where it is to be kept.
pub(crate) struct Signing {
    pub secret: SignInSecret,
    /// Keep it for this run only.
    pub session_only: bool,
}

impl Signing {
    /// The ways to try, in this order: a name and a password may be the master's or those of the proxy in front of it.
    pub fn ways(&self, auth: &KeptAuth) -> Vec<Credentials> {
        let (user, password) = match &self.secret {
            SignInSecret::Cookie { cookie } => return vec![Credentials::Cookie(cookie.clone())],
            SignInSecret::Password { user, password } => (user.clone(), password.clone()),
        };
        let own = Credentials::Password {
            user: user.clone(),
            password: password.clone(),
        };
        let proxys = Credentials::ProxyBasic { user, password };
        match auth {
            KeptAuth::Proxy => vec![proxys],
            KeptAuth::Password => vec![own],
            KeptAuth::None | KeptAuth::Provider(_) | KeptAuth::Unknown => vec![own, proxys],
        }
    }

    /// Signs in; what it was done with.
    pub async fn enter(&self, http: &Http, auth: &KeptAuth) -> Result<Credentials, Error> {
        let mut refused = None;
        for credentials in self.ways(auth) {
            match http.sign_in(&credentials).await {
                Ok(_) => return Ok(credentials),
                Err(error @ Error::SignInRefused(_)) => refused = refused.or(Some(error)),
                Err(other) => return Err(other),
            }
        }
        Err(refused.unwrap_or(Error::SignInNeeded))
    }
}

/// Gives what proves it to the keychain, or refuses with the way out.
pub(crate) async fn keep_secret(profile: &str, id: i64, credentials: &Credentials) -> Result<(), Refusal> {
    secret::write(profile, id, credentials).await.map_err(|error| {
        let mut refusal = Refusal::unavailable(format!("what you sign in with cannot be kept: {error}"))
            .hint("Or choose to keep it only until Outpost ends; then it has to be given again at the next start.");
        refusal.fields.insert("session_only".to_owned(), error.to_string());
        refusal
    })
}

impl super::Farm {
    /// Signs in at a joined master and keeps the secret where it is wanted.
    pub(crate) async fn sign_in(&self, member: &Member, signing: &Signing) -> Result<(), Refusal> {
        let (http, kept) = (member.http(), member.kept());
        let credentials = signing
            .enter(&http, &kept.auth)
            .await
            .map_err(|error| sign_in_refused(&error))?;
        let profile = &self.around.profile;
        if !signing.session_only {
            if let Err(refusal) = keep_secret(profile, kept.id, &credentials).await {
                http.sign_out();
                return Err(refusal);
            }
        } else if kept.signed_in
            && !kept.session_only
            && let Err(error) = secret::forget(profile, kept.id).await
        {
            warn!(master = kept.key, "an older secret stays in the keychain: {error}");
        }
        member.know(|kept| {
            kept.signed_in = true;
            kept.session_only = signing.session_only;
        });
        member.set_signed_out(None);
        member.joined.reconnect_now();
        self.keep(member).await
    }

    /// Signs out there and forgets the secret.
    pub(crate) async fn sign_out(&self, member: &Member) -> Result<(), Refusal> {
        let kept = member.kept();
        member.http().sign_out();
        member.know(|kept| (kept.signed_in, kept.session_only) = (false, false));
        member.set_signed_out(None);
        self.keep(member).await?;
        member.joined.reconnect_now();
        if kept.signed_in && !kept.session_only {
            let forgotten = secret::forget(&self.around.profile, kept.id).await;
            return forgotten
                .map_err(|error| Refusal::unavailable(format!("the secret stays in the keychain: {error}")));
        }
        Ok(())
    }

    /// Keeps the secret of a master that was just joined.
    pub(crate) async fn keep_secret(&self, member: &Member, credentials: &Credentials) -> Result<(), Refusal> {
        keep_secret(&self.around.profile, member.kept().id, credentials).await
    }
}

/// Signs in with what the keychain has, after a start.
pub(super) async fn again(member: Arc<Member>, around: Around) {
    let kept = member.kept();
    let why = match kept.session_only {
        true => Some("the sign-in was for the last run of Outpost only; sign in again".to_owned()),
        false => entered(&member, &around, kept.id).await.err(),
    };
    match &why {
        Some(why) => warn!(master = %member.key, "nobody is signed in: {why}"),
        None => member.joined.reconnect_now(),
    }
    member.set_signed_out(why);
    around.newsroom.masters();
}

async fn entered(member: &Member, around: &Around, id: i64) -> Result<(), String> {
    let credentials = secret::read(&around.profile, id)
        .await
        .map_err(|error| error.to_string())?;
    let http = member.joined.http();
    http.sign_in(&credentials)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A sign-in that was refused, for faces.
pub(crate) fn sign_in_refused(error: &Error) -> Refusal {
    let message = error.to_string();
    match error {
        Error::SignInRefused(_) | Error::SignInNeeded | Error::Forbidden(_) => {
            let mut refusal = Refusal::forbidden(message);
            refusal.fields.insert("secret".to_owned(), error.to_string());
            refusal
        }
        Error::Unreachable(_) | Error::Busy { .. } | Error::Tls(_) => Refusal::unavailable(message),
        _ => Refusal::failed(message),
    }
}
