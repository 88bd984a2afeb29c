//! The one window.

use crate::frame::{Frame, LEAST_HEIGHT, LEAST_WIDTH};
use crate::log_page;
use crate::place::Place;
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

/// The window's label, which its capabilities name.
const LABEL: &str = "main";

/// Opens it at a page, where and as large as it was the last time.
pub fn open<R: Runtime>(app: &App<R>, place: &Place, page: &str) -> tauri::Result<()> {
    let frame = Frame::read(&place.frame);
    let address = WebviewUrl::App(page.trim_start_matches('/').into());
    let mut builder = WebviewWindowBuilder::new(app, LABEL, address)
        .title("Outpost")
        .inner_size(frame.width, frame.height)
        .min_inner_size(LEAST_WIDTH, LEAST_HEIGHT)
        .maximized(frame.maximized)
        .on_document_title_changed(|window, title| {
            let _ = window.set_title(&title);
        })
        .on_navigation(stays_inside)
        .on_new_window(|address, _| {
            open_outside(&address);
            NewWindowResponse::Deny
        });
    if let (Some(x), Some(y)) = (frame.x, frame.y) {
        builder = builder.position(x, y);
    }
    let window = builder.build()?;
    let file = place.frame.clone();
    let kept = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event
            && let Some(frame) = frame_of(&kept)
        {
            frame.keep(&file);
        }
        if let WindowEvent::Destroyed = event {
            crate::sign_in::close(kept.app_handle());
        }
    });
    Ok(())
}

/// Brings it before the others.
pub fn bring_forward<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // Each may be refused by a desktop that keeps the focus where it is.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Closes it, as its own button does.
pub fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.close();
    }
}

fn frame_of<R: Runtime>(window: &WebviewWindow<R>) -> Option<Frame> {
    let maximized = window.is_maximized().ok()?;
    let scale = window.scale_factor().ok()?;
    let size = window.inner_size().ok()?.to_logical::<f64>(scale);
    let place = window.outer_position().ok().map(|place| place.to_logical::<f64>(scale));
    Some(Frame {
        width: size.width,
        height: size.height,
        x: place.map(|place| place.x),
        y: place.map(|place| place.y),
        maximized,
    })
}

/// The window shows our pages only, and logs in frames of theirs.
fn stays_inside(address: &Url) -> bool {
    let ours = address.scheme() == "tauri" || address.host_str() == Some("tauri.localhost");
    let inside = ours || log_page::is_here(address);
    if !inside {
        open_outside(address);
    }
    inside
}

/// A link of a build opens in the person's own browser.
fn open_outside(address: &Url) {
    if !matches!(address.scheme(), "http" | "https" | "mailto") {
        return;
    }
    if let Err(error) = open::that_detached(address.as_str()) {
        eprintln!("outpost-desktop: {address} cannot be opened: {error}");
    }
}
