//! Where an answer points instead, and whether that is believed.
//!
//! A master may move within its host, and from `http:` to `https:`. Anything else could take what is secret elsewhere.

use super::Http;
use crate::{Base, Error};
use reqwest::Response;
use reqwest::header::LOCATION;
use std::sync::PoisonError;
use url::Url;

/// Most redirects in a row.
pub(super) const MOST: usize = 5;

impl Http {
    /// Where to ask instead. `path` is what was asked for, below the base: if the new address ends so too, the base has
    /// moved, and that is remembered.
    pub(super) fn follow(&self, response: &Response, path: &str) -> Result<Url, Error> {
        let from = response.url();
        let target = response
            .headers()
            .get(LOCATION)
            .and_then(|target| target.to_str().ok())
            .and_then(|target| from.join(target).ok())
            .ok_or_else(|| Error::Lies(format!("{} sends to no address", without_query(from))))?;
        if !is_near(from, &target) {
            return Err(Error::Elsewhere {
                from: without_query(from),
                to: without_query(&target),
            });
        }
        if let Some(base) = moved(&target, path) {
            let mut ours = self.shared.base.write().unwrap_or_else(PoisonError::into_inner);
            if *ours != base {
                tracing::info!(from = %*ours, to = %base, "the master has moved");
                *ours = base;
            }
        }
        Ok(target)
    }
}

/// The same host, and not less secure.
fn is_near(from: &Url, to: &Url) -> bool {
    let same_host = from.host_str().is_some() && from.host_str() == to.host_str();
    let same_place = from.scheme() == to.scheme() && from.port_or_known_default() == to.port_or_known_default();
    let now_secure = from.scheme() == "http" && to.scheme() == "https";
    same_host && (same_place || now_secure)
}

/// The base below which `path` would be at `target`.
fn moved(target: &Url, path: &str) -> Option<Base> {
    let path = path.split('?').next().unwrap_or_default();
    let folder = target.path().strip_suffix(path)?;
    if !folder.ends_with('/') {
        return None;
    }
    let mut base = target.clone();
    base.set_path(folder);
    Base::of_url(base).ok()
}

/// An address to show: queries may hold secrets, for example of a sign-in.
fn without_query(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    shown.into()
}
