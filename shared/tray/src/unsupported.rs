//! Systems whose tray and notices are not served yet: says so, and does nothing.

use crate::{Notice, NoticeKey, NoticePresence, Options, TrayEvent, TrayPresence, TrayView, Waking};
use tokio::sync::mpsc;

/// Holds nothing here.
#[derive(Clone, Debug)]
pub struct TrayHandle {
    _events: mpsc::Sender<TrayEvent>,
}

/// Starts nothing; the channel stays open and silent.
pub fn start(_options: Options) -> (TrayHandle, mpsc::Receiver<TrayEvent>) {
    let (sender, events) = mpsc::channel(1);
    (TrayHandle { _events: sender }, events)
}

/// Nothing is told here: the channel is over at once.
pub fn wakings() -> mpsc::Receiver<Waking> {
    mpsc::channel(1).1
}

impl TrayHandle {
    /// Shows nothing here.
    pub fn show(&self, _view: TrayView) {}

    /// Shows nothing here.
    pub fn notify(&self, _notice: Notice) {}

    /// Nothing is shown here.
    pub fn withdraw(&self, _notice: NoticeKey) {}

    /// Always [`TrayPresence::Unsupported`].
    pub fn presence(&self) -> TrayPresence {
        TrayPresence::Unsupported
    }

    /// Always [`NoticePresence::Unsupported`].
    pub fn notices(&self) -> NoticePresence {
        NoticePresence::Unsupported
    }

    /// Nothing to take away.
    pub async fn close(self) {}
}
