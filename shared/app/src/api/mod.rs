//! The commands, one file per page of the front end, and the events.
//!
//! All times are milliseconds since 1970 UTC, all durations milliseconds. Ids are those of the master's REST API.
//! A page asks for what it shows and asks again when an [`Event`] says that it may have changed.

pub mod actions;
pub mod build;
pub mod changes;
pub mod configuration;
pub mod console;
pub mod lending;
pub mod logs;
pub mod masters;
pub mod notices;
pub mod overview;
pub mod projects;
pub mod settings;
pub mod timeline;
pub mod tries;
pub mod workers;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The key of this program's own master.
pub fn bundled() -> String {
    "bundled".to_owned()
}

/// A command that takes or gives nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// Why a command was not done. Shown as it is: what, why, and the next step.
#[derive(Clone, Debug, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable word for programs: `not_found`, `invalid`, `conflict`, `unavailable`, `forbidden`, `failed`.
    pub code: String,
    /// One sentence: the thing and the reason.
    pub message: String,
    /// The next step, if there is one.
    pub hint: Option<String>,
    /// Problems of single fields, by their full names.
    pub fields: std::collections::BTreeMap<String, String>,
}

/// Something changed. Faces ask again for what they show; at most ten of each kind come in a second.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Builders, running builds, the queue, breaks, mutes or sources: ask for `overview` again.
    Overview,
    /// A build, its steps or properties: ask for `build` again if it is shown.
    Build {
        /// Key of its master.
        master: String,
        /// Which.
        build: i64,
    },
    /// A log has more lines, or is complete.
    Log {
        /// Key of its master.
        master: String,
        /// Which.
        log: i64,
        /// Lines so far.
        num_lines: i64,
        /// No more will come.
        complete: bool,
    },
    /// A change arrived or was built: ask for `changes` again.
    Changes,
    /// Projects or the configuration changed.
    Projects,
    /// Settings changed.
    Settings,
    /// Masters came, went, or are followed in another way: ask for `masters` again.
    Masters,
    /// A try was submitted or got further: ask for `tries` or `try_row` again if one is shown.
    Tries,
    /// What is lent, or what is built for others: ask for `lendings` again.
    Lending,
    /// A notice was made; also for faces on desktops that show none.
    Notice(notices::NoticeRow),
    /// Go to this page: a click on the tray or on a notice.
    Open {
        /// Path of the page, for example `/builders/3/builds/7`.
        path: String,
    },
}

macro_rules! api {
    ($($(#[$doc:meta])* $name:ident($input:ty) -> $output:ty,)+) => {
        /// What answers the commands.
        #[allow(async_fn_in_trait, reason = "only this program implements it, on Send types")]
        pub trait Api: Send + Sync + 'static {
            $($(#[$doc])* fn $name(&self, input: $input) -> impl Future<Output = Result<$output, Refusal>> + Send;)+
        }

        /// Calls the command `name` with its input as JSON and gives its output as JSON.
        pub async fn call<A: Api>(api: &A, name: &str, input: serde_json::Value) -> Result<serde_json::Value, Refusal> {
            match name {
                $(stringify!($name) => {
                    let input: $input = serde_json::from_value(input).map_err(|error| Refusal::bad_input(name, &error))?;
                    let output = api.$name(input).await?;
                    serde_json::to_value(output).map_err(|error| Refusal::failed(format!("{name} cannot be answered: {error}")))
                })+
                _ => Err(Refusal::no_such_command(name)),
            }
        }

        /// Every command's name.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),+];

        /// Writes the TypeScript of every type to `folder`, and gives `commands.ts`: the map from command to types.
        pub fn typescript(config: &ts_rs::Config) -> Result<String, ts_rs::ExportError> {
            let mut imports = std::collections::BTreeSet::new();
            let mut rows = String::new();
            $({
                <$input as TS>::export_all(config)?;
                <$output as TS>::export_all(config)?;
                let input = <$input as TS>::name(config);
                let output = <$output as TS>::name(config);
                $(typescript_doc(&mut rows, stringify!($doc));)*
                rows.push_str(&format!("  {}: {{ input: {input}; output: {output} }};\n", stringify!($name)));
                imports.insert(input);
                imports.insert(output);
            })+
            Event::export_all(config)?;
            Refusal::export_all(config)?;
            Ok(commands_file(&imports, &rows))
        }
    };
}

api! {
    /// What runs here: version, whether it is a first run or a demo, whether a tray is shown.
    hello(Nothing) -> overview::Hello,
    /// Everything that the Now and Builders pages show.
    overview(overview::OverviewQuery) -> overview::Overview,
    /// The masters, and how each is followed.
    masters(Nothing) -> masters::Masters,
    /// What is at an address, before it is joined.
    look_at(masters::LookAt) -> masters::Looked,
    /// Follows a master from now on.
    join(masters::Join) -> masters::MasterRow,
    /// Follows a master no more and forgets what was kept of it.
    leave(masters::MasterQuery) -> Nothing,
    /// Gives a joined master another key.
    rename_master(masters::RenameMaster) -> masters::MasterRow,
    /// Signs in at a joined master.
    sign_in(masters::SignIn) -> masters::MasterRow,
    /// Signs out there and forgets the secret.
    sign_out(masters::MasterQuery) -> masters::MasterRow,
    /// Tries to reach a joined master now.
    reconnect(masters::MasterQuery) -> masters::MasterRow,
    /// One builder with its recent builds.
    builder(overview::BuilderQuery) -> overview::BuilderPage,
    /// One build with steps, logs, changes and properties.
    build(build::BuildQuery) -> build::BuildPage,
    /// Lines of a log.
    log_lines(logs::LinesQuery) -> logs::Lines,
    /// The line of the next or previous error.
    log_error(logs::ErrorQuery) -> logs::Found,
    /// The line of the next or previous occurrence of a text.
    log_find(logs::FindQuery) -> logs::Found,
    /// Changes, newest first, with the builds that have them.
    changes(changes::ChangesQuery) -> changes::ChangesPage,
    /// A piece of what was built when, a column for each builder.
    timeline(timeline::TimelineQuery) -> timeline::Timeline,
    /// What became of each change on each builder.
    console(console::ConsoleQuery) -> console::Console,
    /// The form of a builder's force scheduler.
    force_form(actions::FormQuery) -> actions::Form,
    /// Asks for a build.
    force(actions::Force) -> actions::Forced,
    /// Ends a build.
    stop(actions::Stop) -> Nothing,
    /// Asks for the same build again.
    rebuild(actions::Rebuild) -> actions::Forced,
    /// Takes a waiting request back.
    cancel(actions::Cancel) -> Nothing,
    /// Lets a waiting request be built sooner or later.
    set_priority(actions::SetPriority) -> Nothing,
    /// A master's schedulers.
    schedulers(masters::MasterQuery) -> actions::Schedulers,
    /// Switches a scheduler on or off.
    switch_scheduler(actions::SwitchScheduler) -> Nothing,
    /// Workers, the ports that they come to, and who was turned away there.
    workers(Nothing) -> workers::Workers,
    /// One worker with what it tells of itself and what it built.
    worker(workers::WorkerQuery) -> workers::WorkerPage,
    /// Pauses a worker and the like.
    order_worker(workers::OrderWorker) -> Nothing,
    /// Makes a password for a worker of another machine, and says what to do there and here.
    invite_worker(workers::InviteWorker) -> workers::Invitation,
    /// The masters that this machine is lent to.
    lendings(Nothing) -> lending::Lendings,
    /// Lends this machine to a master.
    add_lending(lending::AddLending) -> lending::Lendings,
    /// Lends it in another way.
    change_lending(lending::ChangeLending) -> lending::Lendings,
    /// Ends a lending at once and forgets it.
    remove_lending(lending::LendingQuery) -> Nothing,
    /// Switches lending on or off, pauses and resumes it, or takes the machine back.
    order_lending(lending::OrderLending) -> lending::Lendings,
    /// The folders that are built here.
    projects(Nothing) -> projects::Projects,
    /// Folders below a folder, to choose one.
    folders(projects::FoldersQuery) -> projects::Folders,
    /// What building a folder would take: version control, branch, build system, proposed steps.
    detect(projects::Detect) -> projects::Proposal,
    /// Makes a project of a folder and builds it once.
    add_project(projects::AddProject) -> projects::Added,
    /// Stops watching and building a folder; its history stays.
    remove_project(projects::RemoveProject) -> Nothing,
    /// Puts back the project that was removed last.
    restore_project(projects::RemoveProject) -> Nothing,
    /// The configuration's files.
    configuration(Nothing) -> configuration::Configuration,
    /// One file's text.
    configuration_file(configuration::FileQuery) -> configuration::FileText,
    /// Checks a text without saving it: problems, and what would change.
    check_configuration(configuration::Draft) -> configuration::Checked,
    /// Saves a text and takes it into use, if it is good.
    apply_configuration(configuration::Draft) -> configuration::Checked,
    /// Goes back to the configuration before the last apply.
    undo_configuration(Nothing) -> configuration::Checked,
    /// Reads the configuration's files again and takes them into use, if they are good.
    reload_configuration(Nothing) -> configuration::Checked,
    /// All settings.
    settings(Nothing) -> settings::Settings,
    /// Replaces all settings.
    save_settings(settings::Settings) -> settings::Settings,
    /// Who you seem to be, by your version control's configuration, and which recent authors match.
    identities(settings::IdentitiesQuery) -> settings::Identities,
    /// Be quiet about a builder, a project, a tag, a master or everything.
    mute(notices::Mute) -> Nothing,
    /// Speak again.
    unmute(notices::Unmute) -> Nothing,
    /// Puts away what happened while a master could not be heard.
    put_away(overview::PutAway) -> Nothing,
    /// Says "I have it" about a broken builder; the answer says whether others see it.
    claim(notices::ClaimQuery) -> notices::ClaimRow,
    /// Gives it back.
    unclaim(notices::ClaimQuery) -> Nothing,
    /// Why there was a notice after a build, or none.
    why(notices::WhyQuery) -> notices::Why,
    /// What was told, what was not, and why.
    notices(Nothing) -> notices::Notices,
    /// Takes the change of a working copy as it is now.
    try_look(tries::TryLook) -> tries::TryChange,
    /// A build's change, taken anew to be tried elsewhere.
    try_of_build(tries::TryOfBuild) -> tries::TryChange,
    /// The lines of one of its files.
    try_diff(tries::TryDiffQuery) -> tries::TryDiff,
    /// Where it can go.
    try_targets(tries::TryTargetsQuery) -> tries::TryTargets,
    /// What would be sent; nothing is.
    try_preview(tries::TrySubmit) -> tries::TryPreview,
    /// Sends it, now or as soon as the master is back.
    try_submit(tries::TrySubmit) -> tries::TryRow,
    /// The tries that were submitted.
    tries(tries::TriesQuery) -> tries::Tries,
    /// One of them.
    try_row(tries::TryQuery) -> tries::TryRow,
    /// Its patch.
    try_patch(tries::TryQuery) -> tries::TryPatch,
    /// Sends it again.
    try_repeat(tries::TryRepeat) -> tries::TryRow,
    /// Takes it back: out of the queue, its waiting requests, its running builds.
    try_cancel(tries::TryQuery) -> tries::TryRow,
    /// Says exactly what a push would do now.
    try_push_plan(tries::TryQuery) -> tries::TryPushPlan,
    /// Pushes what passed.
    try_push(tries::TryQuery) -> tries::TryRow,
    /// Forgets it; its builds stay.
    try_forget(tries::TryQuery) -> Nothing,
    /// Keeps a preset.
    save_try_preset(tries::SaveTryPreset) -> tries::TryPresets,
    /// Forgets a preset.
    remove_try_preset(tries::RemoveTryPreset) -> tries::TryPresets,
    /// How changes get to a joined master.
    try_access(masters::MasterQuery) -> tries::TryAccess,
    /// Says how.
    set_try_access(tries::SetTryAccess) -> tries::TryAccess,
    /// A link that opens the dashboard in a browser, once.
    dashboard(Nothing) -> overview::Dashboard,
    /// What runs and would be lost by leaving.
    leaving(Nothing) -> overview::Leaving,
    /// Ends the program.
    quit(overview::Quit) -> Nothing,
}

impl Refusal {
    /// Something that was named does not exist.
    pub fn not_found(message: impl Into<String>) -> Refusal {
        Refusal::new("not_found", message)
    }

    /// The input cannot be used.
    pub fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new("invalid", message)
    }

    /// Something else is in the way of it.
    pub fn conflict(message: impl Into<String>) -> Refusal {
        Refusal::new("conflict", message)
    }

    /// Whoever asks may not.
    pub fn forbidden(message: impl Into<String>) -> Refusal {
        Refusal::new("forbidden", message)
    }

    /// It cannot be done now.
    pub fn unavailable(message: impl Into<String>) -> Refusal {
        Refusal::new("unavailable", message)
    }

    /// It was tried and went wrong.
    pub fn failed(message: impl Into<String>) -> Refusal {
        Refusal::new("failed", message)
    }

    /// Adds the next step.
    pub fn hint(mut self, hint: impl Into<String>) -> Refusal {
        self.hint = Some(hint.into());
        self
    }

    fn new(code: &str, message: impl Into<String>) -> Refusal {
        Refusal {
            code: code.to_owned(),
            message: message.into(),
            hint: None,
            fields: Default::default(),
        }
    }

    fn bad_input(command: &str, error: &serde_json::Error) -> Refusal {
        Refusal::invalid(format!("{command} cannot use this input: {error}"))
    }

    fn no_such_command(name: &str) -> Refusal {
        Refusal::not_found(format!("there is no command '{name}'"))
            .hint("The page and the program may be of different versions: reload the page.")
    }
}

/// Turns one `doc = r" text"` attribute into a line of TypeScript documentation.
fn typescript_doc(rows: &mut String, attribute: &str) {
    if let Some((_, text)) = attribute.split_once('=') {
        let text = text
            .trim()
            .trim_start_matches('r')
            .trim_matches('#')
            .trim_matches('"')
            .trim();
        rows.push_str(&format!("  /** {text} */\n"));
    }
}

fn commands_file(imports: &std::collections::BTreeSet<String>, rows: &str) -> String {
    let mut file = String::from("// Made from the program's own list of commands; `./dev generate` makes it again.\n");
    for name in imports {
        file.push_str(&format!("import type {{ {name} }} from \"./{name}\";\n"));
    }
    file.push_str("\n/** Every command, with what it takes and gives. */\nexport interface Commands {\n");
    file.push_str(rows);
    file.push_str("}\n");
    file
}
