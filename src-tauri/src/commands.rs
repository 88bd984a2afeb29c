//! What the pages may ask of this program.

use crate::link::{Link, Refusal, State};
use crate::log_page::LogPage;
use serde_json::Value;
use std::sync::Arc;
use tauri::{AppHandle, Runtime};

/// Passes a command on to the resident.
#[tauri::command]
pub async fn call(link: tauri::State<'_, Arc<Link>>, name: String, input: Value) -> Result<Value, Refusal> {
    link.call(&name, &input).await
}

/// Whether the resident answers.
#[tauri::command]
pub fn link(link: tauri::State<'_, Arc<Link>>) -> State {
    link.state()
}

/// Closes the window, and with it this program.
#[tauri::command]
pub fn close<R: Runtime>(app: AppHandle<R>) {
    crate::window::close(&app);
}

/// Keeps a document that was made of an HTML log, and gives the address under which a frame shows it.
#[tauri::command]
pub fn log_page(pages: tauri::State<'_, LogPage>, document: String) -> Result<String, Refusal> {
    pages.keep(document)
}

/// Shows a master's sign-in page in a window of its own, and gives the session's cookie as `NAME=VALUE`; nothing when the
/// window was closed before anybody was signed in.
#[tauri::command]
pub async fn sign_in<R: Runtime>(app: AppHandle<R>, page: String) -> Result<Option<String>, Refusal> {
    crate::sign_in::session(&app, &page).await
}

/// Saves a file in the person's downloads folder and gives its path.
#[tauri::command]
pub async fn save(name: String, base64: String) -> Result<String, Refusal> {
    // The disk may be slow, and what runs others' work must not wait for it.
    let saved = tauri::async_runtime::spawn_blocking(move || crate::save::into_downloads(&name, &base64)).await;
    let path = saved.map_err(|error| Refusal::new("failed", error.to_string(), "Save it again."))??;
    Ok(path.display().to_string())
}
