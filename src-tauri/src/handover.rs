//! One window for a profile: a second start tells the first which page to show, and ends.

use crate::arguments;
use crate::place::make_folder_of;
use crate::{events, window};
use std::io;
use std::path::Path;
use tauri::{AppHandle, Runtime};

/// Most bytes of a page's path.
const MOST: u64 = 4096;

/// What this start is.
pub enum Role {
    /// The first; hears the others here.
    First(Listener),
    /// The page is shown by the first.
    Second,
}

/// Where the second start is heard.
#[cfg(unix)]
pub type Listener = std::os::unix::net::UnixListener;

/// Finds out whether there is a window already; if so, tells it the page.
#[cfg(unix)]
pub fn first(socket: &Path, page: &str) -> io::Result<Role> {
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    make_folder_of(socket)?;
    match Listener::bind(socket) {
        Ok(listener) => return Ok(Role::First(listener)),
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => return Err(error),
        Err(_) => {}
    }
    if let Ok(mut stream) = UnixStream::connect(socket) {
        stream.write_all(page.as_bytes())?;
        return Ok(Role::Second);
    }
    // Nobody listens: what stands there was left by a window that was killed.
    std::fs::remove_file(socket)?;
    Listener::bind(socket).map(Role::First)
}

/// Shows the pages that later starts ask for, for as long as the window is open.
#[cfg(unix)]
pub async fn serve<R: Runtime>(listener: Listener, app: AppHandle<R>) {
    let listener = listener
        .set_nonblocking(true)
        .and_then(|()| tokio::net::UnixListener::from_std(listener));
    let listener = match listener {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("outpost-desktop: a second start will open a second window: {error}");
            return;
        }
    };
    while let Ok((stream, _)) = listener.accept().await {
        if let Some(page) = asked(stream).await {
            show(&app, page);
        }
    }
}

#[cfg(unix)]
async fn asked(stream: tokio::net::UnixStream) -> Option<String> {
    use tokio::io::AsyncReadExt;
    let mut page = String::new();
    let read = stream.take(MOST);
    tokio::pin!(read);
    let limit = std::time::Duration::from_secs(2);
    tokio::time::timeout(limit, read.read_to_string(&mut page))
        .await
        .ok()?
        .ok()?;
    arguments::checked(page).ok()
}

fn show<R: Runtime>(app: &AppHandle<R>, path: String) {
    window::bring_forward(app);
    events::send(app, events::EVENT, serde_json::json!({"kind": "open", "path": path}));
}

/// Where the second start is heard.
#[cfg(windows)]
pub struct Listener(tokio::net::windows::named_pipe::NamedPipeServer, String);

/// Finds out whether there is a window already; if so, tells it the page.
#[cfg(windows)]
pub fn first(socket: &Path, page: &str) -> io::Result<Role> {
    use std::io::Write;
    let name = crate::stream::pipe_name(socket);
    make_folder_of(socket)?;
    if let Ok(mut pipe) = std::fs::OpenOptions::new().write(true).open(&name) {
        pipe.write_all(page.as_bytes())?;
        return Ok(Role::Second);
    }
    let _guard = tauri::async_runtime::handle().inner().enter();
    let server = pipe_server(&name, true)?;
    Ok(Role::First(Listener(server, name)))
}

#[cfg(windows)]
fn pipe_server(name: &str, first: bool) -> io::Result<tokio::net::windows::named_pipe::NamedPipeServer> {
    tokio::net::windows::named_pipe::ServerOptions::new()
        .first_pipe_instance(first)
        .reject_remote_clients(true)
        .create(name)
}

/// Shows the pages that later starts ask for, for as long as the window is open.
#[cfg(windows)]
pub async fn serve<R: Runtime>(Listener(mut server, name): Listener, app: AppHandle<R>) {
    use tokio::io::AsyncReadExt;
    while server.connect().await.is_ok() {
        let mut page = String::new();
        let mut stream = server.take(MOST);
        // A pipe that its writer left is an error at the end of its text.
        let _ = stream.read_to_string(&mut page).await;
        if let Ok(page) = arguments::checked(page) {
            show(&app, page);
        }
        match pipe_server(&name, false) {
            Ok(next) => server = next,
            Err(_) => return,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_start_tells_the_first_its_page() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("run/default.window.sock");
        let Role::First(listener) = first(&socket, "/").unwrap() else {
            panic!("nobody was there before")
        };
        assert!(matches!(first(&socket, "/builders/3").unwrap(), Role::Second));
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::UnixListener::from_std(listener).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        assert_eq!(asked(stream).await.as_deref(), Some("/builders/3"));
    }

    #[test]
    fn a_socket_that_was_left_behind_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("default.window.sock");
        drop(Listener::bind(&socket).unwrap());
        assert!(socket.exists());
        assert!(matches!(first(&socket, "/").unwrap(), Role::First(_)));
    }
}
