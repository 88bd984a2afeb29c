//! The system's file notifications, shared by all watches of the process: one instance, one thread, asleep while
//! nothing happens.
//!
//! Folders are watched one by one, never recursively: whoever adds a watch must read the folder *after* it, or what
//! happened in between is lost, and only the reader knows when it reads.

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// Events this close together are one occasion to read.
const QUIET: Duration = Duration::from_millis(3);
/// Longest wait for quiet.
const LONGEST_NOISE: Duration = Duration::from_millis(20);

/// File notifications; clones share one instance of the system's.
#[derive(Clone)]
pub struct Notifications(Arc<Hub>);

/// What a [`Tap`] does with events.
pub type OnEvent = dyn Fn(Event) -> Option<Event> + Send + Sync;
/// What a [`Tap`] does with folders that are to be watched.
pub type OnFolder = dyn Fn(&Path) -> notify::Result<()> + Send + Sync;

/// Stands between the system and the watches. For tests of what cannot be brought about at will: events that get
/// lost, limits that are reached.
pub struct Tap {
    /// Sees each event first; what it returns is what the watches see.
    pub event: Box<OnEvent>,
    /// Asked before a folder is watched.
    pub folder: Box<OnFolder>,
}

struct Hub {
    /// Made at first need. Never locked by the thread that delivers events.
    watcher: Mutex<Option<RecommendedWatcher>>,
    board: Arc<Mutex<Board>>,
    tap: Option<Arc<Tap>>,
}

/// Who listens where.
#[derive(Default)]
struct Board {
    next: u64,
    wakes: HashMap<u64, Arc<Notify>>,
    folders: HashMap<PathBuf, Folder>,
}

#[derive(Default)]
struct Folder {
    /// Whether the system watches the folder that is at this path now.
    armed: bool,
    listeners: HashMap<u64, Names>,
}

/// Which names in a folder matter. What ends in `.lock` never does: git renames it when it is done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Names {
    /// All of them.
    All,
    /// These.
    Only(Vec<OsString>),
}

/// A folder to listen to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) names: Names,
    /// Whether nothing can be trusted if it cannot be watched.
    pub(crate) needed: bool,
}

impl Notifications {
    /// The process's own, which all watches use unless told otherwise.
    pub fn shared() -> Notifications {
        static SHARED: OnceLock<Notifications> = OnceLock::new();
        SHARED.get_or_init(|| Notifications::made(None)).clone()
    }

    /// A separate instance with `tap` in between.
    pub fn tapped(tap: Tap) -> Notifications {
        Notifications::made(Some(Arc::new(tap)))
    }

    fn made(tap: Option<Arc<Tap>>) -> Notifications {
        Notifications(Arc::new(Hub {
            watcher: Mutex::new(None),
            board: Arc::default(),
            tap,
        }))
    }

    /// A listener that listens nowhere yet.
    pub(crate) fn ear(&self) -> Ear {
        let mut board = locked(&self.0.board);
        board.next += 1;
        let (id, wake) = (board.next, Arc::new(Notify::new()));
        board.wakes.insert(id, wake.clone());
        Ear {
            hub: self.0.clone(),
            id,
            wake,
        }
    }
}

/// Hears when something happens in its places.
pub(crate) struct Ear {
    hub: Arc<Hub>,
    id: u64,
    wake: Arc<Notify>,
}

impl Ear {
    /// Listens to exactly these folders from now on; blocks shortly. Tells whether any of them was not watched before,
    /// so that it must be read again. An error says why listening is impossible; then it listens nowhere.
    pub(crate) fn listen_to(&self, places: &BTreeMap<PathBuf, Place>) -> Result<bool, String> {
        let mut watcher = locked(&self.hub.watcher);
        let abandoned = locked(&self.hub.board).listen(self.id, places);
        if let Some(watcher) = watcher.as_mut() {
            for folder in abandoned {
                // It fails when the folder is gone, and its watch with it.
                let _ = watcher.unwatch(&folder);
            }
        }
        let mut any_new = false;
        for (folder, place) in places {
            match self.hub.arm(&mut watcher, folder) {
                Ok(new) => any_new |= new,
                Err(reason) if place.needed => {
                    drop(watcher);
                    // Listening to nothing needs nothing.
                    let _ = self.listen_to(&BTreeMap::new());
                    return Err(reason);
                }
                Err(_) => {}
            }
        }
        Ok(any_new)
    }

    /// Waits until something happened, and until it is quiet again or has been noisy for a while.
    pub(crate) async fn heard(&self) {
        self.wake.notified().await;
        let end = Instant::now() + LONGEST_NOISE;
        while Instant::now() < end && timeout(QUIET, self.wake.notified()).await.is_ok() {}
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        // Listening to nothing needs nothing.
        let _ = self.listen_to(&BTreeMap::new());
        locked(&self.hub.board).wakes.remove(&self.id);
    }
}

impl Hub {
    /// Has the system watch `folder`. `Ok(false)` if it did already, or if there is no such folder.
    fn arm(&self, watcher: &mut Option<RecommendedWatcher>, folder: &Path) -> Result<bool, String> {
        match locked(&self.board).folders.get_mut(folder) {
            Some(entry) if !entry.armed => entry.armed = true, // before the watch: a removal right after it must win
            _ => return Ok(false),
        }
        let armed = self.watch(watcher, folder);
        if !matches!(armed, Ok(true))
            && let Some(entry) = locked(&self.board).folders.get_mut(folder)
        {
            entry.armed = false;
        }
        armed
    }

    fn watch(&self, watcher: &mut Option<RecommendedWatcher>, folder: &Path) -> Result<bool, String> {
        let watched = match watcher {
            Some(watcher) => Ok(watcher),
            None => self.new_watcher().map(|new| watcher.insert(new)),
        };
        let watched = watched.and_then(|watcher| {
            if let Some(tap) = &self.tap {
                (tap.folder)(folder)?;
            }
            // Forgets a folder that was at this path before.
            let _ = watcher.unwatch(folder);
            watcher.watch(folder, RecursiveMode::NonRecursive)
        });
        match watched {
            Ok(()) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(reason(&error, folder)),
        }
    }

    fn new_watcher(&self) -> notify::Result<RecommendedWatcher> {
        let (board, tap) = (self.board.clone(), self.tap.clone());
        let deliver = move |event: notify::Result<Event>| {
            let event = match (&tap, event) {
                (Some(tap), Ok(event)) => (tap.event)(event).map(Ok),
                (_, event) => Some(event),
            };
            match event {
                Some(Ok(event)) if !event.need_rescan() => locked(&board).happened(&event),
                Some(_) => locked(&board).lost_track(),
                None => {}
            }
        };
        notify::recommended_watcher(deliver)
    }
}

impl Board {
    /// Registers what `id` listens to; returns the watched folders that nobody listens to any more.
    fn listen(&mut self, id: u64, places: &BTreeMap<PathBuf, Place>) -> Vec<PathBuf> {
        for (folder, place) in places {
            let entry = self.folders.entry(folder.clone()).or_default();
            entry.listeners.insert(id, place.names.clone());
        }
        let mut abandoned = vec![];
        self.folders.retain(|path, folder| {
            if !places.contains_key(path) {
                folder.listeners.remove(&id);
            }
            if folder.listeners.is_empty() && folder.armed {
                abandoned.push(path.clone());
            }
            !folder.listeners.is_empty()
        });
        abandoned
    }

    fn happened(&mut self, event: &Event) {
        let moved_away = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => return,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => true,
            _ => false,
        };
        for path in &event.paths {
            if path.extension().is_some_and(|extension| extension == "lock") {
                continue;
            }
            if let Some(folder) = path.parent().and_then(|parent| self.folders.get(parent)) {
                let name = path.file_name().unwrap_or_default();
                for (id, names) in &folder.listeners {
                    if names.include(name) {
                        self.wake(*id);
                    }
                }
            }
            if let Some(folder) = self.folders.get(path) {
                folder.listeners.keys().for_each(|id| self.wake(*id));
            }
            if moved_away {
                let below = self.folders.iter_mut().filter(|(folder, _)| folder.starts_with(path));
                below.for_each(|(_, folder)| folder.armed = false);
            }
        }
    }

    /// Events were lost: everybody reads again, and all watches are made anew.
    fn lost_track(&mut self) {
        self.folders.values_mut().for_each(|folder| folder.armed = false);
        self.wakes.values().for_each(|wake| wake.notify_one());
    }

    fn wake(&self, id: u64) {
        if let Some(wake) = self.wakes.get(&id) {
            wake.notify_one();
        }
    }
}

impl Names {
    fn include(&self, name: &std::ffi::OsStr) -> bool {
        match self {
            Names::All => true,
            Names::Only(names) => names.iter().any(|wanted| wanted == name),
        }
    }
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn reason(error: &notify::Error, folder: &Path) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => {
            "the system's limit of watched folders is reached (raise fs.inotify.max_user_watches)".to_owned()
        }
        ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            format!("{} may not be read", folder.display())
        }
        ErrorKind::Io(error) => {
            format!("the system gives no file notifications ({error}; is fs.inotify.max_user_instances reached?)")
        }
        _ => format!("the system gives no file notifications ({error})"),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
