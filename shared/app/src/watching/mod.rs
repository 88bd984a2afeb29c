//! Keeps `watch`'s state: feeds it what happens, keeps it over restarts, and hands on what is to be shown and told.
//!
//! The rules are in `watch`; here is only the IO around them. Tray and notices are reached by channels, so that this
//! crate knows neither. A farm tells hundreds of things a second, so nothing is worked out that nobody asks for: the
//! tray is drawn again a few times a second at most, and the whole picture is made for the face that wants it.

mod keep;
mod known;
mod listen;
mod shown;
pub(crate) mod translate;

use crate::news::Newsroom;
use known::Known;
use master::Master;
use model::{BuildSetId, WorkerId};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch as value};
use watch::{BuilderKey, ClaimAbout, Happening, MasterKey, Tell, TrayView};

pub use known::View;
pub use shown::{Builders, Shown};

/// What is to be told, in order. Whoever shows notices reads it.
pub type Tells = mpsc::Receiver<Tell>;

/// The handle. Clones share it.
#[derive(Clone, Debug)]
pub struct Watching {
    known: Arc<Known>,
    tray: value::Receiver<TrayView>,
    close: mpsc::Sender<oneshot::Sender<()>>,
}

impl Watching {
    /// Starts to watch `master`, with what was kept in its store.
    pub async fn start(master: Master, newsroom: Newsroom) -> (Watching, Tells) {
        let state = keep::kept(master.store()).await;
        let (tells, told) = mpsc::channel(64);
        let known = Arc::new(Known::new(state, tells, newsroom));
        known.apply(tick());
        let (tray_out, tray) = value::channel(known.tray());
        let (close, closing) = mpsc::channel(1);
        tokio::spawn(keep::run(known.clone(), master.store().clone(), closing));
        tokio::spawn(known::draw(known.clone(), tray_out));
        tokio::spawn(listen::run(known.clone(), master));
        (Watching { known, tray, close }, told)
    }

    /// Applies something that happened with the person or at a master. When this returns, it is done and seen by
    /// [`Watching::view`].
    pub async fn apply(&self, happening: Happening) {
        self.known.apply(happening);
    }

    /// Looks at the clock: it went on while the machine slept, and what waited for it did not.
    pub fn look_at_the_clock(&self) {
        self.known.apply(tick());
    }

    /// Keeps what was told and ends. To be called before the store is closed.
    pub async fn close(&self) {
        let (kept, wait) = oneshot::channel();
        if self.close.send(kept).await.is_ok() {
            // An error means that it has ended already.
            let _ = wait.await;
        }
    }

    /// What is known now. It is made once for each state, when it is first asked for.
    pub fn view(&self) -> Arc<View> {
        self.known.view()
    }

    /// Lets go of what is made for faces alone, unless one looked since this was called last; says whether one did. With
    /// ten thousand builders that is some megabytes, and it is made again in milliseconds.
    pub fn forget_view(&self) -> bool {
        self.known.forget_view()
    }

    /// The builders that a claim is about.
    pub fn claimed(&self, about: &ClaimAbout) -> Vec<BuilderKey> {
        self.known.claimed(about)
    }

    /// Whether the end of that build set would tell somebody something.
    pub fn awaits_end_of(&self, master: &MasterKey, set: BuildSetId) -> bool {
        self.known.awaits_end_of(master, set)
    }

    /// The workers of a master that were told to be missing.
    pub fn missing_of(&self, master: &MasterKey) -> Vec<WorkerId> {
        self.known.missing_of(master)
    }

    /// The tray, and each change of it.
    pub fn tray(&self) -> value::Receiver<TrayView> {
        self.tray.clone()
    }
}

/// The key under which `watch` knows the master that this program carries.
pub fn bundled() -> MasterKey {
    MasterKey::bundled()
}

fn tick() -> Happening {
    Happening::Tick {
        utc_offset_minutes: jiff::Zoned::now().offset().seconds() / 60,
    }
}
