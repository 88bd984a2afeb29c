//! Whether the desktop asks not to be disturbed, as far as it can be read.
//!
//! KDE's server has the property `Inhibited`; dunst has `paused` on an interface of its own. GNOME and Xfce keep their
//! switch in their settings and hold notices back themselves; there this says nothing.

use super::notices::{SERVER, SERVER_PATH};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::timeout;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, MatchRule, MessageStream, message::Type};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// Interface and property, for each server that has one.
const SWITCHES: [(&str, &str); 2] = [(SERVER, "Inhibited"), ("org.dunstproject.cmd0", "paused")];
/// A server that does not answer this is not asked to wait for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Follows the desktop's switch.
pub(super) struct Inhibited {
    changes: MessageStream,
}

impl Inhibited {
    pub(super) async fn follow(bus: &Connection) -> zbus::Result<Inhibited> {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(PROPERTIES)?
            .member("PropertiesChanged")?
            .path(SERVER_PATH)?
            .build();
        Ok(Inhibited {
            changes: MessageStream::for_match_rule(rule, bus, None).await?,
        })
    }

    /// Returns when the server says that a property of it changed. After the bus is gone it never returns.
    pub(super) async fn changed(&mut self) {
        if self.changes.next().await.is_none() {
            std::future::pending().await
        }
    }

    /// Reads the switch; false where there is none.
    pub(super) async fn now(&self, bus: &Connection) -> bool {
        for switch in SWITCHES {
            let call = bus.call_method(Some(SERVER), SERVER_PATH, Some(PROPERTIES), "Get", &switch);
            let Ok(Ok(reply)) = timeout(PATIENCE, call).await else {
                continue;
            };
            if let Ok(value) = reply.body().deserialize::<OwnedValue>()
                && let Ok(on) = bool::try_from(value)
            {
                return on;
            }
        }
        false
    }
}
