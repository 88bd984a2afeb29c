//! The desktop: tray icon and notices, from what `watch` computed; and what the person does with them.

use super::window;
use app::api::lending::LendingVerb;
use app::api::overview::QuitHow;
use app::api::{Api, Event, Nothing, actions, overview};
use app::places::Places;
use app::service::App;
use app::watching::Tells;
use std::time::Duration;
use tokio::task::JoinHandle;
use tracing::warn;
use tray::{TrayEvent, TrayHandle, TrayPresence};
use watch::{Happening, MenuAction, MuteLength, NoticeAction, Scope, Target, Tell};

/// At login a panel may start seconds after this program.
const PANELS_START: Duration = Duration::from_secs(5);

/// Tray and notices while they are shown.
pub struct Desk {
    handle: TrayHandle,
    tasks: [JoinHandle<()>; 3],
}

/// Shows the tray and the notices from now on.
pub fn start(app: App, places: Places, mut tells: Tells) -> Desk {
    let (handle, mut events) = tray::start(tray::Options::default());
    let mut views = app.watching().tray();
    let drawn = handle.clone();
    let draw = async move {
        loop {
            let view = views.borrow_and_update().clone();
            drawn.show(view);
            if views.changed().await.is_err() {
                return;
            }
        }
    };
    let told = handle.clone();
    let tell = async move {
        while let Some(tell) = tells.recv().await {
            match tell {
                Tell::Show(notice) => told.notify(*notice),
                Tell::Withdraw(key) => told.withdraw(key),
            }
        }
    };
    let obey = async move {
        while let Some(event) = events.recv().await {
            obey(&app, &places, event).await;
        }
    };
    Desk {
        handle,
        tasks: [tokio::spawn(draw), tokio::spawn(tell), tokio::spawn(obey)],
    }
}

impl Desk {
    /// Takes the icon away.
    pub async fn close(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.handle.close().await;
    }
}

async fn obey(app: &App, places: &Places, event: TrayEvent) {
    match event {
        TrayEvent::Open { token } => open(app, places, &Target::Now, token),
        TrayEvent::NoticeOpened { target, token, .. } => open(app, places, &target, token),
        TrayEvent::NoticeAction { action, token, .. } => match action {
            NoticeAction::Open(target) => open(app, places, &target, token),
            NoticeAction::Mute(scope) => mute(app, scope, MuteLength::Minutes(60)).await,
        },
        TrayEvent::Menu { action, token } => choose(app, places, action, token).await,
        TrayEvent::DoNotDisturb(on) => app.watching().apply(Happening::DoNotDisturb(on)).await,
        TrayEvent::Presence(presence) => present(app, places, presence),
        TrayEvent::Notices(_) => {}
    }
}

async fn choose(app: &App, places: &Places, action: MenuAction, token: Option<String>) {
    match action {
        MenuAction::Open(target) => open(app, places, &target, token),
        MenuAction::Force(builder) => {
            let force = actions::Force {
                master: builder.master.0.clone(),
                scheduler: None,
                builder: builder.id.0,
                values: Default::default(),
            };
            if let Err(refusal) = app.force(force).await {
                warn!("the build asked for in the tray was refused: {refusal}");
                open(app, places, &Target::Builder(builder), token);
            }
        }
        MenuAction::Mute(scope, length) => mute(app, scope, length).await,
        MenuAction::Unmute(scope) => app.watching().apply(Happening::Unmute(scope)).await,
        MenuAction::PauseLending => lend(app, LendingVerb::Pause).await,
        MenuAction::ResumeLending => lend(app, LendingVerb::Resume).await,
        MenuAction::TakeBack => lend(app, LendingVerb::TakeBack).await,
        MenuAction::Quit => quit(app, places, token).await,
    }
}

/// To all that this machine is lent to.
async fn lend(app: &App, verb: LendingVerb) {
    if let Err(refusal) = app.lending().order(None, verb).await {
        warn!("what was asked for in the tray was refused: {refusal}");
    }
}

async fn mute(app: &App, scope: Scope, length: MuteLength) {
    app.watching().apply(Happening::Mute { scope, length }).await;
}

/// Quits at once when nothing runs; else the window asks.
async fn quit(app: &App, places: &Places, token: Option<String>) {
    let running = match app.leaving(Nothing {}).await {
        Ok(leaving) => !leaving.running.is_empty() || !leaving.lent.is_empty(),
        Err(_) => false,
    };
    if running {
        show(app, places, "/quit", token);
    } else if let Err(refusal) = app.quit(overview::Quit { how: QuitHow::Stop }).await {
        warn!("{refusal}");
    }
}

fn open(app: &App, places: &Places, target: &Target, token: Option<String>) {
    show(app, places, &target.path(), token);
}

/// Shows a page: in the window, which is told by its second start, or where there is none in a browser. A page that
/// is read in a browser meanwhile stays.
fn show(app: &App, places: &Places, path: &str, token: Option<String>) {
    if !window::open(places, path, token) {
        app.newsroom().tell(Event::Open { path: path.to_owned() });
        window::open_in_browser(app, path);
    }
}

fn present(app: &App, places: &Places, presence: TrayPresence) {
    let word = match presence {
        TrayPresence::Shown => "shown",
        TrayPresence::NoHost => "no_host",
        TrayPresence::Starting | TrayPresence::NoBus | TrayPresence::Unsupported => "none",
    };
    app.know_tray(word);
    // On a first start without a tray there would be nothing to see at all.
    if presence == TrayPresence::NoHost && app.is_first_run() {
        let (app, places) = (app.clone(), places.clone());
        tokio::spawn(async move {
            tokio::time::sleep(PANELS_START).await;
            if app.tray() == "no_host" && app.is_first_run() {
                window::open(&places, "/", None);
            }
        });
    }
}
