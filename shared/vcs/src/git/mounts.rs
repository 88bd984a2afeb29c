//! Word of disks being mounted and unmounted, which file notifications do not give.

/// Tells when the table of mounts has changed; never, where the system does not tell.
pub(crate) struct Mounts(Option<table::Table>);

impl Mounts {
    /// Begins to listen; needs a tokio runtime.
    pub(crate) fn listen() -> Mounts {
        Mounts(table::open())
    }

    /// Waits for the next change.
    pub(crate) async fn changed(&self) {
        match &self.0 {
            Some(table) => table::changed(table).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(target_os = "linux")]
mod table {
    use std::fs::File;
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    pub(super) type Table = AsyncFd<File>;

    pub(super) fn open() -> Option<Table> {
        let file = File::open("/proc/self/mountinfo").ok()?;
        // proc(5): a change of the table shows as a priority event.
        // SAFETY: a `File` owns its descriptor, which is the same and open for as long as the file lives.
        unsafe { AsyncFd::register_with_interest(file, Interest::PRIORITY).ok() }
    }

    pub(super) async fn changed(table: &Table) {
        match table.ready(Interest::PRIORITY).await {
            Ok(mut guard) => guard.clear_ready(),
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod table {
    pub(super) type Table = std::convert::Infallible;

    pub(super) fn open() -> Option<Table> {
        None
    }

    pub(super) async fn changed(table: &Table) {
        match *table {}
    }
}
