//! Signing in, each way, and doing it again when a session ends.

use super::cookie::Cookie;
use super::{Credentials, SignedIn, basic, jwt};
use crate::http::{Answer, Asked, Http};
use crate::{Error, Session};
use model::Json;
use reqwest::header::AUTHORIZATION;
use tokio::sync::watch;

/// Most bytes of a page that only brings a cookie.
const PAGE: usize = 1 << 20;

impl Http {
    /// Signs in, and stays so: a password is used again before the session ends. What does not work changes nothing.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<SignedIn, Error> {
        let _one = self.keeper().renewing.lock().await;
        self.enter(credentials).await
    }

    /// Forgets the session and the password. What is open to all can still be read.
    pub fn sign_out(&self) {
        self.keeper().sign_out();
    }

    /// Where the sign-in stands.
    pub fn session(&self) -> Session {
        self.keeper().watch().borrow().clone()
    }

    /// [`Http::session`] and each change of it.
    pub fn sessions(&self) -> watch::Receiver<Session> {
        self.keeper().watch()
    }

    /// Renews the session that was this one; whoever comes second finds it done.
    pub(crate) async fn renew(&self, generation: u64) -> Result<(), Error> {
        let _one = self.keeper().renewing.lock().await;
        if self.keeper().generation() != generation {
            return Ok(());
        }
        let Some(credentials) = self.keeper().renewal() else {
            return Err(Error::SignInNeeded);
        };
        match self.enter(&credentials).await {
            Ok(_) => Ok(()),
            // A password that is wrong now is not tried again: masters lock accounts.
            Err(Error::SignInRefused(why)) => {
                tracing::warn!(master = %self.base(), why, "the sign-in ended and is not renewed");
                self.keeper().ran_out();
                Err(Error::SignInNeeded)
            }
            Err(other) => Err(other),
        }
    }

    async fn enter(&self, credentials: &Credentials) -> Result<SignedIn, Error> {
        match credentials {
            Credentials::Password { user, password } => self.by_password(credentials, user, password).await,
            Credentials::ProxyBasic { user, password } => self.by_proxy(credentials, user, password).await,
            Credentials::Cookie(text) => self.by_cookie(credentials, text).await,
        }
    }

    async fn by_password(&self, credentials: &Credentials, user: &str, password: &str) -> Result<SignedIn, Error> {
        // Where the master really is must be known before the password goes there: the first answer may send to https:.
        self.exchange(&Asked::page("config", PAGE)).await?;
        let mut asked = Asked::page("auth/login", PAGE);
        asked.anonymous = true;
        asked.follow = false;
        asked.header = basic(user, password).map(|value| (AUTHORIZATION, value));
        let answer = self.exchange(&asked).await?;
        let cookie = match answer.status {
            200..=399 => Cookie::set_by(&answer.headers),
            401 => return Err(refused("the name or the password is wrong")),
            403..=405 | 500 | 501 => return Err(refused("it has no sign-in with a name and a password")),
            _ => return Err(answer.trouble("auth/login")),
        };
        let Some(cookie) = cookie else {
            return Err(refused("it gives no session for a name and a password"));
        };
        let signed_in = SignedIn {
            user: cookie.claims().user.clone().or_else(|| Some(user.to_owned())),
            expires: cookie.claims().expires,
        };
        self.keeper()
            .signed_in(credentials, Some(cookie), signed_in.clone(), self.server_time());
        Ok(signed_in)
    }

    async fn by_proxy(&self, credentials: &Credentials, user: &str, password: &str) -> Result<SignedIn, Error> {
        let before = self.keeper().set_proxy(basic(user, password));
        let entered = self.past_the_proxy().await;
        match entered {
            Ok(cookie) => {
                let claims = cookie
                    .as_ref()
                    .map(|cookie| cookie.claims().clone())
                    .unwrap_or_default();
                let signed_in = SignedIn {
                    user: claims.user.clone().or_else(|| Some(user.to_owned())),
                    expires: claims.expires.filter(|_| claims.user.is_some()),
                };
                let cookie = cookie.filter(|_| claims.user.is_some());
                self.keeper()
                    .signed_in(credentials, cookie, signed_in.clone(), self.server_time());
                Ok(signed_in)
            }
            Err(error) => {
                self.keeper().set_proxy(before);
                Err(error)
            }
        }
    }

    /// Opens the front page, where a master that believes its proxy gives a session to whom the proxy names.
    async fn past_the_proxy(&self) -> Result<Option<Cookie>, Error> {
        let mut asked = Asked::page("", PAGE);
        asked.anonymous = true;
        let answer = self.exchange(&asked).await?;
        match answer.status {
            401 | 407 => Err(refused("the name or the password is wrong")),
            200..=299 => Ok(Cookie::set_by(&answer.headers)),
            _ => Err(answer.trouble("front page")),
        }
    }

    async fn by_cookie(&self, credentials: &Credentials, text: &str) -> Result<SignedIn, Error> {
        let cookie = Cookie::given(text)?;
        let mut asked = Asked::page("config", PAGE);
        asked.anonymous = true;
        asked.header = Some((reqwest::header::COOKIE, cookie.header()));
        let answer = self.exchange(&asked).await?;
        let user = match answer.status {
            200 => named(&answer),
            // A master that is too old to say who one is; its token does.
            404 => cookie.claims().user.clone(),
            401 => None,
            _ => return Err(answer.trouble("config")),
        };
        let Some(user) = user else {
            return Err(refused(
                "the cookie is nobody's there, or it has ended; sign in in the browser again",
            ));
        };
        let signed_in = SignedIn {
            user: Some(user),
            expires: cookie.claims().expires,
        };
        self.keeper()
            .signed_in(credentials, Some(cookie), signed_in.clone(), self.server_time());
        Ok(signed_in)
    }
}

fn named(answer: &Answer) -> Option<String> {
    let config: Json = serde_json::from_slice(&answer.body).ok()?;
    jwt::user(config.get("user")?)
}

fn refused(why: &str) -> Error {
    Error::SignInRefused(why.to_owned())
}
