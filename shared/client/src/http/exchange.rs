//! One question and its answer: as whom, within the budget, again when that may help.

use super::answer::Answer;
use super::body::{self, Unread};
use super::sink::{Sink, Whole};
use super::{Http, MOST_BYTES, redirect, words};
use crate::Error;
use crate::session::cookie::Cookie;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use reqwest::{Method, Response};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// How long an answer may take to begin.
pub(super) const BEGINNING: Duration = Duration::from_secs(30);
/// How often something that may be read again is asked for when the answer is cut off or the master is busy.
const TRIES: u32 = 3;
/// Most bytes of an answer that is only an error.
const ERROR_BYTES: usize = 64 << 10;

/// What is asked of a master.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    /// Below the pages, with the query.
    pub(crate) path: String,
    /// What to call it in an error.
    pub(crate) name: &'a str,
    /// For a `POST`.
    pub(crate) body: Option<String>,
    /// JSON is wanted.
    pub(crate) json: bool,
    /// Most bytes of the answer.
    pub(crate) most: usize,
    /// Without the session.
    pub(crate) anonymous: bool,
    /// Redirects are followed.
    pub(crate) follow: bool,
    /// One header more.
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
}

impl<'a> Asked<'a> {
    /// Something of REST v2.
    pub(crate) fn data(path: &'a str) -> Asked<'a> {
        Asked {
            path: format!("api/v2/{path}"),
            name: path,
            body: None,
            json: true,
            most: MOST_BYTES,
            anonymous: false,
            follow: true,
            header: None,
        }
    }

    /// Another page, of which the first `most` bytes are enough.
    pub(crate) fn page(path: &'a str, most: usize) -> Asked<'a> {
        Asked {
            path: path.to_owned(),
            json: false,
            most,
            ..Asked::data(path)
        }
    }

    /// Keeps the whole answer.
    fn whole(&self) -> Whole {
        if self.json {
            Whole::json(self.most)
        } else {
            Whole::start(self.most)
        }
    }

    /// An order.
    pub(crate) fn order(path: &'a str, body: String) -> Asked<'a> {
        Asked {
            body: Some(body),
            ..Asked::data(path)
        }
    }
}

impl Http {
    /// Asks; the session is renewed when it is about to end or has ended.
    pub(crate) async fn ask(&self, asked: &Asked<'_>) -> Result<Answer, Error> {
        let mut whole = asked.whole();
        let mut answer = self.ask_into(asked, &mut whole).await?;
        answer.take_body(whole.bytes);
        Ok(answer)
    }

    /// [`Http::ask`]; the body of a success goes into `sink`.
    pub(crate) async fn ask_into(&self, asked: &Asked<'_>, sink: &mut dyn Sink) -> Result<Answer, Error> {
        let keeper = self.keeper();
        if keeper.is_due(self.server_time()) {
            // What is open to all can be read all the same; what is not will say so.
            if let Err(error) = Box::pin(self.renew(keeper.generation())).await {
                tracing::debug!(master = %self.base(), %error, "the sign-in is not renewed");
            }
        }
        let generation = keeper.generation();
        let answer = self.exchange_into(asked, sink).await?;
        // Whoever brings a good session is not given another.
        let lapsed = answer.signed_in && (answer.status == 401 || Cookie::set_by(&answer.headers).is_some());
        if lapsed {
            keeper.lapsed(generation, self.server_time());
        }
        let refused = matches!(answer.status, 401 | 403);
        if refused && (lapsed || keeper.generation() != generation || keeper.is_due(self.server_time())) {
            Box::pin(self.renew(generation)).await?;
            return self.exchange_into(asked, sink).await;
        }
        Ok(answer)
    }

    /// Asks as one is, and again when the answer is cut off or the master wants a short rest.
    pub(crate) async fn exchange(&self, asked: &Asked<'_>) -> Result<Answer, Error> {
        let mut whole = asked.whole();
        let mut answer = self.exchange_into(asked, &mut whole).await?;
        answer.take_body(whole.bytes);
        Ok(answer)
    }

    async fn exchange_into(&self, asked: &Asked<'_>, sink: &mut dyn Sink) -> Result<Answer, Error> {
        let mut tries = if asked.body.is_none() { TRIES } else { 1 };
        loop {
            tries -= 1;
            match self.once(asked, sink).await {
                Err(Unread::Told(Error::Busy { .. }) | Unread::Cut(_)) if tries > 0 => {}
                Err(Unread::Told(error) | Unread::Cut(error)) => return Err(error),
                Ok(answer) => return Ok(answer),
            }
        }
    }

    async fn once(&self, asked: &Asked<'_>, sink: &mut dyn Sink) -> Result<Answer, Unread> {
        let budget = &self.shared.budget;
        let _going = budget.go(self.pace).await.map_err(Unread::Told)?;
        let signed_in = !asked.anonymous && self.keeper().has_cookie();
        let response = self.response(asked).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(date) = headers.get(DATE).and_then(|date| date.to_str().ok()) {
            self.shared.clock.told(date);
        }
        let is_success = matches!(status, 200..=299);
        let mut error = Whole::start(ERROR_BYTES);
        if is_success {
            body::read(response, sink).await?;
        } else {
            body::read(response, &mut error).await?;
        }
        let answer = Answer {
            status,
            headers,
            body: error.bytes,
            signed_in,
        };
        if let Some(busy) = answer.quiet(budget) {
            return Err(Unread::Told(busy));
        }
        budget.is_well();
        if is_success && !sink.is_whole() {
            let what = format!("the answer about {} ends in the middle", asked.name);
            return Err(Unread::Cut(Error::Lies(what)));
        }
        Ok(answer)
    }

    /// The head of the answer, after redirects.
    async fn response(&self, asked: &Asked<'_>) -> Result<Response, Unread> {
        let mut url = self.base().below(&asked.path);
        for _ in 0..=redirect::MOST {
            let response = self.send(asked, &url).await?;
            let elsewhere = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            if !elsewhere || !asked.follow {
                return Ok(response);
            }
            url = self.follow(&response, &asked.path).map_err(Unread::Told)?;
        }
        let what = format!("{} is sent from one address to the next without end", asked.name);
        Err(Unread::Told(Error::Lies(what)))
    }

    async fn send(&self, asked: &Asked<'_>, url: &Url) -> Result<Response, Unread> {
        let host = url.host_str().unwrap_or_default();
        let method = match asked.body {
            Some(_) => Method::POST,
            None => Method::GET,
        };
        let mut request = self.shared.client.request(method, url.clone());
        if self.base().same_origin(url) {
            let mut headers = self.keeper().headers(!asked.anonymous);
            headers.extend(asked.header.clone());
            request = request.headers(headers);
        }
        if asked.json {
            request = request.header(ACCEPT, "application/json");
        }
        if let Some(body) = &asked.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
        match timeout(BEGINNING, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_connect() => Err(Unread::Told(words::of_request(&error, host))),
            Ok(Err(error)) => Err(Unread::Cut(words::of_request(&error, host))),
            Err(_) => {
                let seconds = BEGINNING.as_secs();
                let what = format!("'{host}' does not answer within {seconds} seconds");
                Err(Unread::Told(Error::Unreachable(what)))
            }
        }
    }
}
