//! What each command does: one file per page, as in `api`.

mod actions;
mod build;
mod builder;
mod changes;
pub(crate) mod claims;
pub(crate) mod clock;
mod configuration;
pub(crate) mod console;
mod identities;
mod joined;
mod lending;
mod logs;
pub(crate) mod marks;
mod masters;
mod merge;
mod notices;
mod overview;
mod projects;
mod rules;
pub(crate) mod settings;
mod timeline;
mod troubles;
mod whole;
mod why;
mod workers;

pub(crate) use actions::owner;
pub(crate) use joined::{Whose, ordered, refused};
pub(crate) use overview::usual_of;

use crate::api::overview::{Demo, QuitHow};
use crate::api::{self, Api, Nothing, Refusal};
use crate::configuration::ConfigurationFolder;
use crate::joined::versions::Versions;
use crate::joined::{Around, Farm};
use crate::lending::Lending;
use crate::news::Newsroom;
use crate::places::Places;
use crate::ports::WorkerPorts;
use crate::tries::Tries;
use crate::watching::Watching;
use master::{ControlError, Master};
use std::sync::{Arc, RwLock};
use store::{Store, StoreError};
use tokio::sync::mpsc;
use watch::{Identity, MasterKey};

/// Version of the list of commands. A face of another version asks the person to restart.
pub const PROTOCOL: u32 = 1;

/// Everything that the commands act on. Clones share it.
#[derive(Clone)]
pub struct App {
    pub(crate) master: Master,
    pub(crate) watching: Watching,
    pub(crate) newsroom: Newsroom,
    pub(crate) configuration: Arc<ConfigurationFolder>,
    pub(crate) places: Places,
    pub(crate) ports: WorkerPorts,
    pub(crate) lending: Lending,
    pub(crate) farm: Farm,
    pub(crate) tries: Tries,
    pub(crate) desk: Arc<Desk>,
}

/// Makes a link to the dashboard that is good once.
pub type MakeLink = Box<dyn Fn() -> String + Send + Sync>;

/// What the resident tells of itself and its desktop.
pub(crate) struct Desk {
    /// Makes links, once the dashboard is served.
    pub link: RwLock<Option<MakeLink>>,
    /// Where the dashboard is served.
    pub dashboard: RwLock<String>,
    /// `shown`, `no_host` or `none`.
    pub tray: RwLock<String>,
    /// The demo's story, when this is the demo.
    pub demo: RwLock<Option<Demo>>,
    /// The settings in force.
    pub settings: RwLock<api::settings::Settings>,
    /// One change of the settings after the other: each is made to what the one before left.
    pub changing_settings: tokio::sync::Mutex<()>,
    /// Who I am, by those settings.
    pub identity: RwLock<Identity>,
    /// Told when the program is to end.
    pub quit: mpsc::Sender<QuitHow>,
}

impl App {
    /// Puts the commands on top of a running master.
    pub async fn new(
        master: Master,
        watching: Watching,
        newsroom: Newsroom,
        configuration: Arc<ConfigurationFolder>,
        places: Places,
        quit: mpsc::Sender<QuitHow>,
    ) -> App {
        let lending = Lending::open(
            master.store().clone(),
            places.profile.clone(),
            newsroom.clone(),
            watching.clone(),
        )
        .await;
        let desk = Arc::new(Desk {
            link: RwLock::default(),
            dashboard: RwLock::default(),
            tray: RwLock::new("none".to_owned()),
            demo: RwLock::default(),
            settings: RwLock::default(),
            changing_settings: tokio::sync::Mutex::default(),
            identity: RwLock::default(),
            quit,
        });
        let farm = Farm::new(Around {
            store: master.store().clone(),
            profile: places.profile.clone(),
            newsroom: newsroom.clone(),
            watching: watching.clone(),
            versions: Arc::new(Versions::begin(clock::now().0)),
            desk: desk.clone(),
        });
        let app = App {
            master,
            watching,
            lending,
            ports: WorkerPorts::new(newsroom.clone()),
            newsroom,
            configuration,
            places,
            farm,
            tries: Tries::default(),
            desk,
        };
        app.load_settings().await;
        app.farm.begin_all().await;
        app.tries.begin_all(&app).await;
        app
    }

    /// All events for faces from now on.
    pub fn events(&self) -> tokio::sync::broadcast::Receiver<api::Event> {
        self.newsroom.subscribe()
    }

    /// Something changed that every face shows.
    pub fn newsroom(&self) -> &Newsroom {
        &self.newsroom
    }

    /// What is watched.
    pub fn watching(&self) -> &Watching {
        &self.watching
    }

    /// What is known of the ports for workers.
    pub fn worker_ports(&self) -> &WorkerPorts {
        &self.ports
    }

    /// The workers that this machine lends.
    pub fn lending(&self) -> &Lending {
        &self.lending
    }

    /// The joined masters.
    pub fn farm(&self) -> &Farm {
        &self.farm
    }

    /// The tries.
    pub fn tries(&self) -> &Tries {
        &self.tries
    }

    /// The configuration's folder.
    pub fn configuration_folder(&self) -> &ConfigurationFolder {
        &self.configuration
    }

    pub(crate) fn store(&self) -> &Store {
        self.master.store()
    }

    /// Whether an author's text means the person.
    pub(crate) fn is_me(&self, author: &str) -> bool {
        self.is_me_at(&crate::watching::bundled(), author)
    }

    /// Whether an author's text means the person on that master.
    pub(crate) fn is_me_at(&self, master: &MasterKey, author: &str) -> bool {
        read(&self.desk.identity).is_me(master, author)
    }
}

/// The value behind a lock. A panic of another thread does not make a plain value unusable.
pub(crate) fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// As [`read`], to change it.
pub(crate) fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::failed(error.to_string())
    }
}

impl From<ControlError> for Refusal {
    fn from(error: ControlError) -> Refusal {
        let message = error.to_string();
        match error {
            ControlError::Unknown { .. } => Refusal::not_found(message),
            ControlError::Form(problems) => {
                let mut refusal = Refusal::invalid("the form is not filled in right");
                refusal.fields = problems.into_iter().collect();
                refusal
            }
            ControlError::Store(_) => Refusal::failed(message),
            ControlError::Over { .. } | ControlError::NoBuilder { .. } => Refusal::invalid(message),
            ControlError::Disabled(_) | ControlError::Removed(_) | ControlError::Stopped => {
                Refusal::unavailable(message)
            }
        }
    }
}

impl Api for App {
    async fn try_look(&self, input: api::tries::TryLook) -> Result<api::tries::TryChange, Refusal> {
        Box::pin(crate::tries::look(self, input)).await
    }
    async fn try_of_build(&self, input: api::tries::TryOfBuild) -> Result<api::tries::TryChange, Refusal> {
        Box::pin(crate::tries::of_build(self, input)).await
    }
    async fn try_diff(&self, input: api::tries::TryDiffQuery) -> Result<api::tries::TryDiff, Refusal> {
        Box::pin(crate::tries::diff(self, input)).await
    }
    async fn try_targets(&self, input: api::tries::TryTargetsQuery) -> Result<api::tries::TryTargets, Refusal> {
        Box::pin(crate::tries::targets(self, input)).await
    }
    async fn try_preview(&self, input: api::tries::TrySubmit) -> Result<api::tries::TryPreview, Refusal> {
        Box::pin(crate::tries::preview(self, input)).await
    }
    async fn try_submit(&self, input: api::tries::TrySubmit) -> Result<api::tries::TryRow, Refusal> {
        Box::pin(crate::tries::submit(self, input)).await
    }
    async fn tries(&self, input: api::tries::TriesQuery) -> Result<api::tries::Tries, Refusal> {
        Box::pin(crate::tries::tries(self, input)).await
    }
    async fn try_row(&self, input: api::tries::TryQuery) -> Result<api::tries::TryRow, Refusal> {
        Box::pin(crate::tries::row(self, input)).await
    }
    async fn try_patch(&self, input: api::tries::TryQuery) -> Result<api::tries::TryPatch, Refusal> {
        Box::pin(crate::tries::patch(self, input)).await
    }
    async fn try_repeat(&self, input: api::tries::TryRepeat) -> Result<api::tries::TryRow, Refusal> {
        Box::pin(crate::tries::repeat(self, input)).await
    }
    async fn try_cancel(&self, input: api::tries::TryQuery) -> Result<api::tries::TryRow, Refusal> {
        Box::pin(crate::tries::cancel(self, input)).await
    }
    async fn try_push_plan(&self, input: api::tries::TryQuery) -> Result<api::tries::TryPushPlan, Refusal> {
        Box::pin(crate::tries::push_plan(self, input)).await
    }
    async fn try_push(&self, input: api::tries::TryQuery) -> Result<api::tries::TryRow, Refusal> {
        Box::pin(crate::tries::push(self, input)).await
    }
    async fn try_forget(&self, input: api::tries::TryQuery) -> Result<Nothing, Refusal> {
        Box::pin(crate::tries::forget(self, input)).await
    }
    async fn save_try_preset(&self, input: api::tries::SaveTryPreset) -> Result<api::tries::TryPresets, Refusal> {
        Box::pin(crate::tries::save_preset(self, input)).await
    }
    async fn remove_try_preset(&self, input: api::tries::RemoveTryPreset) -> Result<api::tries::TryPresets, Refusal> {
        Box::pin(crate::tries::remove_preset(self, input)).await
    }
    async fn try_access(&self, input: api::masters::MasterQuery) -> Result<api::tries::TryAccess, Refusal> {
        Box::pin(crate::tries::access(self, input)).await
    }
    async fn set_try_access(&self, input: api::tries::SetTryAccess) -> Result<api::tries::TryAccess, Refusal> {
        Box::pin(crate::tries::set_access(self, input)).await
    }
    async fn hello(&self, _: Nothing) -> Result<api::overview::Hello, Refusal> {
        Ok(overview::hello(self))
    }
    async fn overview(&self, input: api::overview::OverviewQuery) -> Result<api::overview::Overview, Refusal> {
        whole::overview(self, input).await
    }
    async fn masters(&self, _: Nothing) -> Result<api::masters::Masters, Refusal> {
        masters::masters(self).await
    }
    async fn look_at(&self, input: api::masters::LookAt) -> Result<api::masters::Looked, Refusal> {
        masters::look_at(self, input).await
    }
    async fn join(&self, input: api::masters::Join) -> Result<api::masters::MasterRow, Refusal> {
        masters::join(self, input).await
    }
    async fn leave(&self, input: api::masters::MasterQuery) -> Result<Nothing, Refusal> {
        masters::leave(self, input).await
    }
    async fn rename_master(&self, input: api::masters::RenameMaster) -> Result<api::masters::MasterRow, Refusal> {
        masters::rename(self, input).await
    }
    async fn sign_in(&self, input: api::masters::SignIn) -> Result<api::masters::MasterRow, Refusal> {
        masters::sign_in(self, input).await
    }
    async fn sign_out(&self, input: api::masters::MasterQuery) -> Result<api::masters::MasterRow, Refusal> {
        masters::sign_out(self, input).await
    }
    async fn reconnect(&self, input: api::masters::MasterQuery) -> Result<api::masters::MasterRow, Refusal> {
        masters::reconnect(self, input).await
    }
    async fn builder(&self, input: api::overview::BuilderQuery) -> Result<api::overview::BuilderPage, Refusal> {
        builder::builder(self, input).await
    }
    async fn build(&self, input: api::build::BuildQuery) -> Result<api::build::BuildPage, Refusal> {
        build::build(self, input).await
    }
    async fn log_lines(&self, input: api::logs::LinesQuery) -> Result<api::logs::Lines, Refusal> {
        logs::lines(self, input).await
    }
    async fn log_error(&self, input: api::logs::ErrorQuery) -> Result<api::logs::Found, Refusal> {
        logs::error(self, input).await
    }
    async fn log_find(&self, input: api::logs::FindQuery) -> Result<api::logs::Found, Refusal> {
        logs::find(self, input).await
    }
    async fn changes(&self, input: api::changes::ChangesQuery) -> Result<api::changes::ChangesPage, Refusal> {
        changes::changes(self, input).await
    }
    async fn timeline(&self, input: api::timeline::TimelineQuery) -> Result<api::timeline::Timeline, Refusal> {
        timeline::timeline(self, input).await
    }
    async fn console(&self, input: api::console::ConsoleQuery) -> Result<api::console::Console, Refusal> {
        console::console(self, input).await
    }
    async fn force_form(&self, input: api::actions::FormQuery) -> Result<api::actions::Form, Refusal> {
        actions::form(self, input).await
    }
    async fn force(&self, input: api::actions::Force) -> Result<api::actions::Forced, Refusal> {
        actions::force(self, input).await
    }
    async fn stop(&self, input: api::actions::Stop) -> Result<Nothing, Refusal> {
        actions::stop(self, input).await
    }
    async fn rebuild(&self, input: api::actions::Rebuild) -> Result<api::actions::Forced, Refusal> {
        actions::rebuild(self, input).await
    }
    async fn cancel(&self, input: api::actions::Cancel) -> Result<Nothing, Refusal> {
        actions::cancel(self, input).await
    }
    async fn set_priority(&self, input: api::actions::SetPriority) -> Result<Nothing, Refusal> {
        actions::set_priority(self, input).await
    }
    async fn schedulers(&self, input: api::masters::MasterQuery) -> Result<api::actions::Schedulers, Refusal> {
        actions::schedulers(self, input).await
    }
    async fn switch_scheduler(&self, input: api::actions::SwitchScheduler) -> Result<Nothing, Refusal> {
        actions::switch_scheduler(self, input).await
    }
    async fn workers(&self, _: Nothing) -> Result<api::workers::Workers, Refusal> {
        workers::list(self).await
    }
    async fn worker(&self, input: api::workers::WorkerQuery) -> Result<api::workers::WorkerPage, Refusal> {
        workers::one(self, input).await
    }
    async fn order_worker(&self, input: api::workers::OrderWorker) -> Result<Nothing, Refusal> {
        workers::order(self, input).await
    }
    async fn invite_worker(&self, input: api::workers::InviteWorker) -> Result<api::workers::Invitation, Refusal> {
        workers::invite(self, input).await
    }
    async fn lendings(&self, _: Nothing) -> Result<api::lending::Lendings, Refusal> {
        Ok(lending::list(self))
    }
    async fn add_lending(&self, input: api::lending::AddLending) -> Result<api::lending::Lendings, Refusal> {
        lending::add(self, input).await
    }
    async fn change_lending(&self, input: api::lending::ChangeLending) -> Result<api::lending::Lendings, Refusal> {
        lending::change(self, input).await
    }
    async fn remove_lending(&self, input: api::lending::LendingQuery) -> Result<Nothing, Refusal> {
        lending::remove(self, input).await
    }
    async fn order_lending(&self, input: api::lending::OrderLending) -> Result<api::lending::Lendings, Refusal> {
        lending::order(self, input).await
    }
    async fn projects(&self, _: Nothing) -> Result<api::projects::Projects, Refusal> {
        projects::projects(self).await
    }
    async fn folders(&self, input: api::projects::FoldersQuery) -> Result<api::projects::Folders, Refusal> {
        projects::folders(self, input)
    }
    async fn detect(&self, input: api::projects::Detect) -> Result<api::projects::Proposal, Refusal> {
        projects::detect(self, input).await
    }
    async fn add_project(&self, input: api::projects::AddProject) -> Result<api::projects::Added, Refusal> {
        projects::add(self, input).await
    }
    async fn remove_project(&self, input: api::projects::RemoveProject) -> Result<Nothing, Refusal> {
        projects::remove(self, input).await
    }
    async fn restore_project(&self, input: api::projects::RemoveProject) -> Result<Nothing, Refusal> {
        projects::restore(self, input).await
    }
    async fn configuration(&self, _: Nothing) -> Result<api::configuration::Configuration, Refusal> {
        configuration::configuration(self).await
    }
    async fn configuration_file(
        &self,
        input: api::configuration::FileQuery,
    ) -> Result<api::configuration::FileText, Refusal> {
        configuration::file(self, input)
    }
    async fn check_configuration(
        &self,
        input: api::configuration::Draft,
    ) -> Result<api::configuration::Checked, Refusal> {
        configuration::check(self, input).await
    }
    async fn apply_configuration(
        &self,
        input: api::configuration::Draft,
    ) -> Result<api::configuration::Checked, Refusal> {
        configuration::apply(self, input).await
    }
    async fn undo_configuration(&self, _: Nothing) -> Result<api::configuration::Checked, Refusal> {
        configuration::undo(self).await
    }
    async fn reload_configuration(&self, _: Nothing) -> Result<api::configuration::Checked, Refusal> {
        self.reload().await
    }
    async fn settings(&self, _: Nothing) -> Result<api::settings::Settings, Refusal> {
        Ok(read(&self.desk.settings).clone())
    }
    async fn save_settings(&self, input: api::settings::Settings) -> Result<api::settings::Settings, Refusal> {
        self.save_all_settings(input).await
    }
    async fn identities(&self, input: api::settings::IdentitiesQuery) -> Result<api::settings::Identities, Refusal> {
        identities::identities(self, input).await
    }
    async fn mute(&self, input: api::notices::Mute) -> Result<Nothing, Refusal> {
        notices::mute(self, input).await
    }
    async fn unmute(&self, input: api::notices::Unmute) -> Result<Nothing, Refusal> {
        notices::unmute(self, input).await
    }
    async fn put_away(&self, input: api::overview::PutAway) -> Result<Nothing, Refusal> {
        notices::put_away(self, &input).await
    }
    async fn claim(&self, input: api::notices::ClaimQuery) -> Result<api::notices::ClaimRow, Refusal> {
        claims::claim(self, input).await
    }
    async fn unclaim(&self, input: api::notices::ClaimQuery) -> Result<Nothing, Refusal> {
        claims::unclaim(self, input).await
    }
    async fn why(&self, input: api::notices::WhyQuery) -> Result<api::notices::Why, Refusal> {
        why::why(self, input)
    }
    async fn notices(&self, _: Nothing) -> Result<api::notices::Notices, Refusal> {
        Ok(notices::notices(self))
    }
    async fn dashboard(&self, _: Nothing) -> Result<api::overview::Dashboard, Refusal> {
        let link = read(&self.desk.link).as_ref().map(|link| link());
        link.map(|url| api::overview::Dashboard { url })
            .ok_or_else(|| Refusal::unavailable("the dashboard is not served yet; try again in a moment"))
    }
    async fn leaving(&self, _: Nothing) -> Result<api::overview::Leaving, Refusal> {
        let overview = overview::here(self).await?;
        let waiting = u32::try_from(overview.waiting.len()).unwrap_or(u32::MAX);
        Ok(api::overview::Leaving {
            running: overview.running,
            waiting,
            lent: self
                .lending
                .rows()
                .iter()
                .flat_map(|row| row.building.clone())
                .collect(),
        })
    }
    async fn quit(&self, input: api::overview::Quit) -> Result<Nothing, Refusal> {
        let gone = |_| Refusal::unavailable("Outpost is ending already");
        self.desk.quit.send(input.how).await.map_err(gone)?;
        Ok(Nothing {})
    }
}

/// What the resident tells of itself.
impl App {
    /// Where the dashboard is served, and how links to it are made.
    pub fn know_dashboard(&self, address: String, link: MakeLink) {
        *write(&self.desk.dashboard) = address;
        *write(&self.desk.link) = Some(link);
    }

    /// Whether the tray is shown: `shown`, `no_host` or `none`.
    pub fn know_tray(&self, word: &str) {
        word.clone_into(&mut write(&self.desk.tray));
        self.newsroom.settings();
    }

    /// Whether the tray is shown: `shown`, `no_host` or `none`.
    pub fn tray(&self) -> String {
        read(&self.desk.tray).clone()
    }

    /// The demo's story so far.
    pub fn demo(&self) -> Option<Demo> {
        read(&self.desk.demo).clone()
    }

    /// The demo went on.
    pub fn know_demo(&self, story: Demo) {
        *write(&self.desk.demo) = Some(story);
        self.newsroom.overview();
    }

    /// Whether nothing is configured yet.
    pub fn is_first_run(&self) -> bool {
        self.master.config().builders.is_empty() && self.farm.members().is_empty()
    }

    /// A link to a page of the dashboard that is good once.
    pub fn dashboard_link(&self, path: &str) -> Option<String> {
        let link = read(&self.desk.link).as_ref().map(|link| link())?;
        let (address, token) = link.split_once("/?")?;
        let glue = if path.contains('?') { '&' } else { '?' };
        Some(format!("{address}{path}{glue}{token}"))
    }
}
