//! A joined master as faces show it: how it is followed, and who is signed in.

use super::kept::KeptAuth;
use super::member::Member;
use crate::api::masters::{MasterCondition, MasterRow, SignInWay};
use client::{LinkState, Session};
use model::Time;

impl Member {
    /// The master as a row.
    pub(crate) fn row(&self) -> MasterRow {
        let link = self.joined.link().borrow().clone();
        let (builders, running) = self.joined.with(|picture| {
            let builders = picture.builders().filter(|builder| builder.is_configured()).count();
            (builders, picture.running().len())
        });
        let state = self.lock();
        let user = match self.joined.http().session() {
            Session::SignedIn(signed_in) => signed_in.user.or_else(|| Some("somebody".to_owned())),
            Session::SignedOut | Session::RanOut(_) => None,
        };
        let mut row = MasterRow {
            master: self.key.0.clone(),
            title: state.kept.title.clone(),
            url: Some(self.joined.http().base().to_string()),
            version: state.kept.version.clone(),
            outpost: state.kept.outpost,
            condition: MasterCondition::Connecting,
            words: String::new(),
            hint: None,
            stale_since: None,
            retry_at: None,
            sign_in: sign_in_way(&state.kept.auth, self),
            signed_out: state.signed_out.clone().filter(|_| user.is_none()),
            user,
            session_only: state.kept.session_only,
            denied: state.denied.clone(),
            builders: u32::try_from(builders).unwrap_or(u32::MAX),
            broken: 0,
            running: u32::try_from(running).unwrap_or(u32::MAX),
        };
        say(&mut row, &link);
        row
    }
}

/// How people sign in, as faces show it.
fn sign_in_way(auth: &KeptAuth, member: &Member) -> SignInWay {
    way(auth, &member.joined.http().base())
}

/// How people sign in at the master at this address.
pub(crate) fn way(auth: &KeptAuth, base: &client::Base) -> SignInWay {
    match auth {
        KeptAuth::None => SignInWay::None,
        KeptAuth::Password => SignInWay::Password,
        KeptAuth::Provider(name) => SignInWay::Provider {
            name: name.clone(),
            page: base.below("auth/login").to_string(),
        },
        KeptAuth::Proxy => SignInWay::Proxy,
        KeptAuth::Unknown => SignInWay::Unknown,
    }
}

/// How it is followed, in words.
fn say(row: &mut MasterRow, link: &LinkState) {
    let (condition, words) = match link {
        LinkState::Connecting => (MasterCondition::Connecting, "Connecting".to_owned()),
        LinkState::Live {
            channel: client::Channel::Poll,
        } => (
            MasterCondition::Polling,
            "Asked now and then, as its live events do not come through".to_owned(),
        ),
        LinkState::Live { .. } => (MasterCondition::Live, "Live".to_owned()),
        LinkState::Stale {
            since,
            reason,
            retry_at,
        } => {
            row.stale_since = Some(since.0);
            row.retry_at = Some(retry_at.0);
            (
                MasterCondition::Stale,
                format!("Stale since {}: {reason}", clock(*since)),
            )
        }
        LinkState::SignInNeeded => {
            row.hint = Some("Sign in.".to_owned());
            (
                MasterCondition::SignInNeeded,
                "It shows nothing without signing in".to_owned(),
            )
        }
        LinkState::Refused { reason } => {
            row.hint = Some("Try again, or leave it and join it by another address.".to_owned());
            (MasterCondition::Refused, reason.clone())
        }
    };
    row.condition = condition;
    row.words = words;
}

/// `14:02`, local time; with the day when that is another.
fn clock(time: Time) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(time.0) else {
        return "long ago".to_owned();
    };
    let (time, now) = (time.to_zoned(jiff::tz::TimeZone::system()), jiff::Zoned::now());
    let shape = if time.date() == now.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    time.strftime(shape).to_string()
}
