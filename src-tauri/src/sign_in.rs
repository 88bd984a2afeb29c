//! A master's own sign-in page in a window of ours, and the session that comes of it.
//!
//! The page may lead to a provider that knows the person and back. The window keeps nothing when it is closed, and what
//! is shown in it can call nothing of this program: no capability names it.

use crate::link::Refusal;
use crate::session::somebody;
use tauri::webview::{Cookie, NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tokio::sync::mpsc;

/// The window's label.
pub const LABEL: &str = "sign-in";
/// What masters call their session, without and with TLS.
const SESSIONS: [&str; 2] = ["TWISTED_SESSION", "TWISTED_SECURE_SESSION"];

/// What happened in the window.
enum Seen {
    Loaded,
    Closed,
}

/// Shows the page until somebody is signed in, and gives the session's cookie as `NAME=VALUE`; `None` when the window
/// was closed before.
pub async fn session<R: Runtime>(app: &AppHandle<R>, page: &str) -> Result<Option<String>, Refusal> {
    let page = sign_in_page(page)?;
    if let Some(before) = app.get_webview_window(LABEL) {
        let _ = before.set_focus();
        return Err(Refusal::new(
            "conflict",
            "A sign-in window is open already.".to_owned(),
            "Sign in there, or close it.",
        ));
    }
    let (seen, mut happened) = mpsc::unbounded_channel();
    let window = open(app, &page, seen).map_err(|error| {
        Refusal::new(
            "failed",
            format!("The sign-in window cannot be opened: {error}"),
            "Take the session of your browser instead.",
        )
    })?;
    while let Some(Seen::Loaded) = happened.recv().await {
        if let Some(found) = look(&window, &page).await {
            let _ = window.destroy();
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Closes it, when the window that asked for it goes.
pub fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.destroy();
    }
}

/// The page, if it is one that a person may be sent to.
fn sign_in_page(page: &str) -> Result<Url, Refusal> {
    let url = Url::parse(page)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    url.ok_or_else(|| {
        Refusal::new(
            "invalid",
            format!("'{page}' is no address of a sign-in page"),
            "Join the master again by the address of its pages.",
        )
    })
}

fn open<R: Runtime>(
    app: &AppHandle<R>,
    page: &Url,
    seen: mpsc::UnboundedSender<Seen>,
) -> tauri::Result<WebviewWindow<R>> {
    let loaded = seen.clone();
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::External(page.clone()))
        .title(title(page))
        .inner_size(560.0, 720.0)
        .incognito(true)
        .on_navigation(|url| matches!(url.scheme(), "http" | "https" | "about"))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(move |window, payload| {
            if payload.event() == PageLoadEvent::Finished {
                // Whose page it is must be seen by who types a password into it.
                let _ = window.set_title(&title(payload.url()));
                let _ = loaded.send(Seen::Loaded);
            }
        })
        .build()?;
    window.on_window_event(move |event| {
        if let WindowEvent::Destroyed = event {
            let _ = seen.send(Seen::Closed);
        }
    });
    Ok(window)
}

fn title(page: &Url) -> String {
    format!("Sign in – {}", page.host_str().unwrap_or("?"))
}

/// The session that the window has for the master, if somebody is signed in.
async fn look<R: Runtime>(window: &WebviewWindow<R>, page: &Url) -> Option<String> {
    let (window, page) = (window.clone(), page.clone());
    // It waits for the window's own thread, so it must not be asked on one that runs others' work.
    let cookies = tauri::async_runtime::spawn_blocking(move || window.cookies_for_url(page));
    let cookies = cookies.await.ok()?.ok()?;
    cookies
        .iter()
        .find(|cookie| is_session(cookie))
        .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
}

fn is_session(cookie: &Cookie<'_>) -> bool {
    SESSIONS.contains(&cookie.name()) && somebody(cookie.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_masters_own_cookies_are_sessions() {
        // {"user_info":{"username":"ann"}}
        let value = "e30.eyJ1c2VyX2luZm8iOnsidXNlcm5hbWUiOiJhbm4ifX0.c2ln";
        assert!(is_session(&Cookie::new("TWISTED_SESSION", value)));
        assert!(is_session(&Cookie::new("TWISTED_SECURE_SESSION", value)));
        assert!(!is_session(&Cookie::new("session", value)));
    }

    #[test]
    fn only_pages_of_the_web_are_opened() {
        assert!(sign_in_page("https://ci.example.org/bb/auth/login").is_ok());
        for page in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "tauri://localhost/",
            "ci.example.org",
            "",
        ] {
            assert_eq!(sign_in_page(page).unwrap_err().code, "invalid", "{page}");
        }
    }
}
