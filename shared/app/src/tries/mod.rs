//! Tries: changes of the person that are taken, shown, sent to a master and followed, each kept with its exact patch.
//!
//! A change is held for a while after it was looked at, so that what is sent is what was shown. A try is in the store
//! before its submission is answered; one task carries it on until nothing more can happen to it, also after a restart.

mod access;
mod carry;
mod following;
mod given;
mod held;
mod history;
mod job;
mod look;
mod of_build;
mod preset;
mod preset_file;
mod push;
mod record;
mod rename;
mod repeat;
mod row;
mod send;
mod show;
mod submit;
mod ways;

pub use ::submit::options;

pub(crate) use access::{access, forget_access, set_access};
pub(crate) use history::{cancel, forget, patch, row, tries};
pub(crate) use look::look;
pub(crate) use of_build::of_build;
pub(crate) use preset::{remove_preset, save_preset};
pub(crate) use push::{plan as push_plan, push};
pub(crate) use rename::{go_on, pause, rename};
pub(crate) use repeat::repeat;
pub(crate) use show::diff;
pub(crate) use submit::{preview, submit};
pub(crate) use ways::targets;

use crate::service::{App, write};
use held::Held;
use record::Record;
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What the program knows of tries. Clones share it.
#[derive(Clone, Default)]
pub struct Tries {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    held: Held,
    /// Those to which something is still to happen, by id.
    open: RwLock<BTreeMap<i64, Open>>,
    /// Passwords that are not kept anywhere: of keychains that are missing, and of masters named for one try.
    passwords: RwLock<BTreeMap<String, String>>,
    /// What masters answered lately of what may be tried there.
    asked: ways::Asked,
    /// One push after the other: two of one try must not both find that it was not pushed yet.
    pushing: Mutex<()>,
    /// One change of a shared file of presets after the other: each is made to what the one before wrote.
    sharing: Mutex<()>,
    end: CancellationToken,
    tasks: TaskTracker,
}

/// A try that is under way.
struct Open {
    record: watch::Receiver<Record>,
    cancel: CancellationToken,
}

impl Tries {
    /// Goes on with what was under way when the program ended.
    pub(crate) async fn begin_all(&self, app: &App) {
        let open = match app.store().read(store::tries::open).await {
            Ok(open) => open,
            Err(error) => return tracing::warn!("tries under way cannot be read: {error}"),
        };
        for one in open {
            match Record::of(&one) {
                Ok(record) => drop(carry::begin(app, one.id, record)),
                Err(error) => tracing::warn!("try {} cannot be understood: {error}", one.id),
            }
        }
    }

    /// Ends what carries tries on; they go on at the next start. To be called before the store is closed.
    pub async fn close(&self) {
        self.inner.end.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// A password that is kept for this run only.
    fn remember(&self, name: String, password: String) {
        write(&self.inner.passwords).insert(name, password);
    }
}
