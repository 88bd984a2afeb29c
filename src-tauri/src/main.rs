//! The window of Outpost: shows the pages, passes their commands on to the resident, and their events back.
//!
//! It holds no state but its own size and place, and the HTML log that is shown, and must not know what the commands
//! mean. When it is closed it is gone; the resident goes on.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod commands;
mod events;
mod frame;
mod handover;
mod link;
mod log_page;
mod place;
mod resident;
mod save;
mod session;
mod sign_in;
mod stream;
mod window;

use arguments::Arguments;
use link::Link;
use log_page::LogPage;
use place::Place;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    match arguments::read(std::env::args().skip(1), &arguments::Surroundings::of_process()) {
        Ok(Arguments::Help) => {
            println!("{}", arguments::HELP);
            ExitCode::SUCCESS
        }
        Ok(Arguments::Version) => {
            println!("outpost-desktop {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Ok(Arguments::Show { place, page }) => show(place, &page),
        Err(error) => failed(&error),
    }
}

/// Shows a page in the window that is there already, or else in a new one until that is closed.
fn show(place: Place, page: &str) -> ExitCode {
    let shown = handover::first(&place.window_socket, page);
    let listener = match shown {
        Ok(handover::Role::Second) => return ExitCode::SUCCESS,
        Ok(handover::Role::First(listener)) => Some(listener),
        Err(error) => {
            // Without it a second window may open, which is better than none.
            eprintln!("outpost-desktop: {error}");
            None
        }
    };
    let page = page.to_owned();
    let link = Arc::new(Link::new(place));
    let log_page = LogPage::default();
    let built = tauri::Builder::default()
        .manage(link.clone())
        .manage(log_page.clone())
        .register_uri_scheme_protocol(log_page::SCHEME, move |_, asked| log_page.answer(asked.uri()))
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::link,
            commands::close,
            commands::log_page,
            commands::save,
            commands::sign_in
        ])
        .setup(move |app| {
            window::open(app, &link.place, &page)?;
            if let Some(listener) = listener {
                tauri::async_runtime::spawn(handover::serve(listener, app.handle().clone()));
            }
            tauri::async_runtime::spawn(events::pass_on(link, app.handle().clone()));
            Ok(())
        })
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("outpost-desktop: {error}");
    ExitCode::FAILURE
}
