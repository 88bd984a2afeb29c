//! Shows notices and hears all of their answers in one task.
//!
//! The answers (`ActionInvoked`, `NotificationClosed`, `ActivationToken`) are signals, told apart by the server's id, so
//! no thread waits per notice, and one that was replaced answers once. Most servers send them to everybody, but some
//! (dunst, seen with 1.9) only to the connection that sent the notice. So notices are sent and heard by one connection,
//! which also keeps them alive on desktops that drop a notice with its sender.
//!
//! That is why `notify-rust` is not used here: it opens a connection for each notice, keeps it to itself, and its own
//! waiting loses a signal that follows another at once, as an action does its token.

use super::inhibited::Inhibited;
use super::shown::{AllShown, Answer, CLICK};
use super::{FIRST_RETRY, Order, back_off};
use crate::{Notice, NoticeKey, NoticePresence, Options, TrayEvent};
use futures_util::StreamExt;
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::{mpsc, watch as latest};
use tokio::time::timeout;
use watch::Urgency;
use zbus::fdo::DBusProxy;
use zbus::message::Type;
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, Message, MessageStream};

/// The server's name, which is also its interface.
pub(super) const SERVER: &str = "org.freedesktop.Notifications";
pub(super) const SERVER_PATH: &str = "/org/freedesktop/Notifications";
/// A server that does not answer within this time is treated as gone; it may have to be started first.
const PATIENCE: Duration = Duration::from_secs(10);

/// `expire_timeout`: the server knows how long its person wants to see notices.
const SERVERS_CHOICE: i32 = -1;

/// The task that shows notices.
pub(super) struct Notices {
    options: Options,
    orders: mpsc::Receiver<Order>,
    events: mpsc::Sender<TrayEvent>,
    presence: latest::Sender<NoticePresence>,
    shown: AllShown,
    /// What the server can do; `None` until asked.
    server: Option<Abilities>,
    quiet: bool,
}

/// What a server can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Abilities {
    buttons: bool,
    /// Bodies are markup, so text has to be escaped.
    markup: bool,
}

/// The server cannot be reached: nobody owns its name, or it does not answer.
#[derive(Debug, thiserror::Error)]
enum Unreachable {
    #[error("no notification server runs or can be started")]
    NoServer,
    #[error("the notification server did not answer in {} s", PATIENCE.as_secs())]
    Silent,
    #[error("the notification server refused: {0}")]
    Refused(String),
}

impl Notices {
    pub(super) fn new(
        options: Options,
        orders: mpsc::Receiver<Order>,
        events: mpsc::Sender<TrayEvent>,
        presence: latest::Sender<NoticePresence>,
    ) -> Notices {
        Notices {
            options,
            orders,
            events,
            presence,
            shown: AllShown::default(),
            server: None,
            quiet: false,
        }
    }

    pub(super) async fn run(mut self) {
        let mut wait = FIRST_RETRY;
        loop {
            match self.follow_bus(&mut wait).await {
                Ok(()) => return,
                Err(reason) => {
                    tracing::info!(%reason, "no session bus; notices are not shown");
                    self.report(NoticePresence::NoBus);
                    (self.server, self.shown) = (None, AllShown::default());
                }
            }
            if !self.drop_orders_until(&mut wait).await {
                return;
            }
        }
    }

    /// Without a bus an order cannot wait: by the time there is one, it is no news. False when all handles are gone.
    async fn drop_orders_until(&mut self, wait: &mut Duration) -> bool {
        let pause = back_off(wait);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return true,
                order = self.orders.recv() => match order {
                    Some(Order::Show(notice)) => tracing::info!(title = notice.title, "a notice could not be shown"),
                    Some(Order::Withdraw(_)) => {}
                    None => return false,
                },
            }
        }
    }

    /// Serves on one connection until that breaks (an error) or all handles are gone.
    async fn follow_bus(&mut self, wait: &mut Duration) -> zbus::Result<()> {
        let bus = Connection::session().await?;
        let names = DBusProxy::new(&bus).await?;
        let mut owners = names.receive_name_owner_changed_with_args(&[(0, SERVER)]).await?;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(SERVER)?
            .path(SERVER_PATH)?
            .build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
        let mut inhibited = Inhibited::follow(&bus).await?;
        *wait = FIRST_RETRY;
        self.ask_server(&bus, &names).await;
        self.read_quiet(&bus, &inhibited).await;
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Show(notice)) => self.show(&bus, *notice).await,
                    Some(Order::Withdraw(key)) => self.withdraw(&bus, &key).await,
                    None => return Ok(()),
                },
                signal = signals.next() => match signal {
                    Some(Ok(signal)) => self.hear(&signal),
                    Some(Err(error)) => tracing::debug!(%error, "a signal of the notification server is unreadable"),
                    None => return Err(zbus::Error::InputOutput(std::io::Error::other("the session bus is gone").into())),
                },
                Some(_) = owners.next() => {
                    self.shown.clear();
                    self.server = None;
                    self.ask_server(&bus, &names).await;
                    self.read_quiet(&bus, &inhibited).await;
                }
                () = inhibited.changed() => self.read_quiet(&bus, &inhibited).await,
            }
        }
    }

    /// Asks a server that runs what it can; one that only could be started is asked with the first notice.
    async fn ask_server(&mut self, bus: &Connection, names: &DBusProxy<'_>) {
        let Ok(name) = zbus::names::BusName::try_from(SERVER) else {
            return;
        };
        let runs = names.name_has_owner(name).await.unwrap_or(false);
        let startable = async {
            let names = names.list_activatable_names().await.unwrap_or_default();
            names.iter().any(|name| name.as_str() == SERVER)
        };
        if runs {
            self.abilities(bus).await.ok();
        } else if !startable.await {
            self.report(NoticePresence::NoServer);
        }
    }

    async fn abilities(&mut self, bus: &Connection) -> Result<Abilities, Unreachable> {
        if let Some(known) = self.server {
            return Ok(known);
        }
        let reply = call(bus, "GetCapabilities", &()).await?;
        let words: Vec<String> = reply
            .body()
            .deserialize()
            .map_err(|error| Unreachable::Refused(error.to_string()))?;
        let has = |word: &str| words.iter().any(|w| w == word);
        let server = Abilities {
            buttons: has("actions"),
            markup: has("body-markup"),
        };
        self.server = Some(server);
        self.report(NoticePresence::Works {
            buttons: server.buttons,
        });
        Ok(server)
    }

    async fn show(&mut self, bus: &Connection, notice: Notice) {
        let open = self.shown.open_id(&notice.id);
        if notice.silent && open.is_none() {
            // The person has put it away; an update is not worth bringing it back.
            return;
        }
        match self.send(bus, &notice, open).await {
            Ok(id) => self.shown.insert(notice, id),
            Err(reason) => {
                tracing::warn!(%reason, title = notice.title, "a notice could not be shown");
                self.server = None;
                self.report(NoticePresence::NoServer);
            }
        }
    }

    async fn send(&mut self, bus: &Connection, notice: &Notice, replaces: Option<u32>) -> Result<u32, Unreachable> {
        let server = self.abilities(bus).await?;
        let body = if server.markup {
            escaped(&notice.body)
        } else {
            notice.body.clone()
        };
        let actions = if server.buttons { actions(notice) } else { Vec::new() };
        let call_body = (
            &self.options.name,
            replaces.unwrap_or(0),
            &self.options.id,
            &notice.title,
            body,
            actions,
            self.hints(notice),
            SERVERS_CHOICE,
        );
        let reply = call(bus, "Notify", &call_body).await?;
        reply
            .body()
            .deserialize()
            .map_err(|error| Unreachable::Refused(error.to_string()))
    }

    fn hints(&self, notice: &Notice) -> HashMap<&'static str, Value<'_>> {
        let urgency: u8 = match notice.urgency {
            Urgency::Low => 0,
            Urgency::Normal => 1,
        };
        let mut hints = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("desktop-entry", Value::from(self.options.desktop_entry.as_str())),
        ]);
        if notice.silent {
            hints.insert("suppress-sound", Value::from(true));
        }
        hints
    }

    async fn withdraw(&mut self, bus: &Connection, key: &NoticeKey) {
        if let Some(id) = self.shown.open_id(key) {
            self.shown.closed(id);
            if let Err(reason) = call(bus, "CloseNotification", &id).await {
                tracing::debug!(%reason, "a notice could not be taken away");
            }
        }
    }

    /// Reads a signal of the server; those about other programs' notices are nothing to us.
    fn hear(&mut self, signal: &Message) {
        let header = signal.header();
        let body = signal.body();
        match header.member().map(|member| member.as_str()) {
            Some("ActionInvoked") => {
                if let Ok((id, action)) = body.deserialize::<(u32, &str)>() {
                    self.answer(id, action);
                }
            }
            Some("ActivationToken") => {
                if let Ok((id, token)) = body.deserialize::<(u32, &str)>() {
                    self.shown.token(id, token.to_owned());
                }
            }
            Some("NotificationClosed") => {
                if let Ok((id, _reason)) = body.deserialize::<(u32, u32)>() {
                    self.shown.closed(id);
                }
            }
            _ => {}
        }
    }

    fn answer(&mut self, id: u32, action: &str) {
        match self.shown.answer(id, action) {
            Some(Answer::Opened(notice, target, token)) => self.tell(TrayEvent::NoticeOpened { notice, target, token }),
            Some(Answer::Action(notice, action, token)) => self.tell(TrayEvent::NoticeAction { notice, action, token }),
            None => {}
        }
    }

    /// Reads the desktop's do-not-disturb. A server that does not run is not started for that.
    async fn read_quiet(&mut self, bus: &Connection, inhibited: &Inhibited) {
        let quiet = self.server.is_some() && inhibited.now(bus).await;
        if std::mem::replace(&mut self.quiet, quiet) != quiet {
            self.tell(TrayEvent::DoNotDisturb(quiet));
        }
    }

    fn report(&self, presence: NoticePresence) {
        if self
            .presence
            .send_if_modified(|now| std::mem::replace(now, presence) != presence)
        {
            self.tell(TrayEvent::Notices(presence));
        }
    }

    fn tell(&self, event: TrayEvent) {
        if let Err(lost) = self.events.try_send(event) {
            tracing::warn!(%lost, "nobody reads what happens with notices");
        }
    }
}

/// Calls the server, with patience.
async fn call<B>(bus: &Connection, method: &str, body: &B) -> Result<Message, Unreachable>
where
    B: serde::ser::Serialize + zbus::zvariant::DynamicType,
{
    let reply = timeout(
        PATIENCE,
        bus.call_method(Some(SERVER), SERVER_PATH, Some(SERVER), method, body),
    )
    .await;
    match reply.map_err(|_| Unreachable::Silent)? {
        Ok(reply) => Ok(reply),
        Err(zbus::Error::MethodError(name, _, _)) if name.as_str().ends_with(".ServiceUnknown") => {
            Err(Unreachable::NoServer)
        }
        Err(error) => Err(Unreachable::Refused(error.to_string())),
    }
}

/// Pairs of an id and a label: a click on the notice itself, and its buttons by their places.
fn actions(notice: &Notice) -> Vec<String> {
    let mut actions = vec![CLICK.to_owned(), "Open".to_owned()];
    for (place, button) in notice.buttons.iter().enumerate() {
        actions.extend([place.to_string(), button.label.clone()]);
    }
    actions
}

/// Plain text as the markup that servers and tray hosts read.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        out.push_str(&match letter {
            '&' => Cow::Borrowed("&amp;"),
            '<' => Cow::Borrowed("&lt;"),
            '>' => Cow::Borrowed("&gt;"),
            other => Cow::Owned(other.to_string()),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_is_shown_as_text() {
        assert_eq!(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; \"c\"");
    }
}
