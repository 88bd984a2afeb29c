//! The command line's grammar. Names follow `buildbot` and `buildbot-worker` wherever they have one.

use crate::command::changes::Changes;
use crate::command::claim::Claim;
use crate::command::join::Join;
use crate::command::masters::Masters;
use crate::command::priority::Priority;
use crate::command::schedulers::Schedulers;
use crate::command::sign_in::SignIn;
use crate::command::tries::Tries;
use crate::command::try_::Try;
use crate::command::tryserver::Tryserver;
use crate::command::worker::{Worker, WorkerCreate};
use crate::command::workers::Workers;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Builds your repositories on your own desk and tells you when you broke them.
#[derive(Debug, Parser)]
#[command(name = "outpost", version, arg_required_else_help = false)]
#[command(after_help = "Without a command, shows the state of all builders.\n\n\
A build is named [MASTER/]BUILDER/NUMBER, or by its id as [MASTER/]ID; a BUILDER alone means its newest build. \
MASTER is the name of a joined master. Without it, this program's own master is meant, or else the only one that has \
such a builder.\n\n\
Exit codes: 0 well; 1 something is red, or the build that was waited for did not succeed; \
2 wrong usage, also values that a form does not take, and names that several masters have; 3 Outpost does not run; \
4 what was named does not exist; 5 anything else; 6 a master does not allow it to you; 7 a master did not take a change.")]
pub struct Arguments {
    #[command(flatten)]
    pub which: Which,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Which Outpost is meant.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// A profile of its own: configuration, state and socket apart from the others
    #[arg(long, global = true, env = "OUTPOST_PROFILE", default_value = "default")]
    pub profile: String,

    /// Everything below this folder instead of the desktop's own places
    #[arg(long, global = true, env = "OUTPOST_HOME", value_name = "DIR", hide = true)]
    pub home: Option<PathBuf>,

    /// The master that `master create` made in this folder, instead of the resident's own
    #[arg(long, global = true, value_name = "DIR")]
    pub basedir: Option<PathBuf>,
}

/// How a listing is printed.
#[derive(Clone, Copy, Debug, Args)]
pub struct Listing {
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The resident: watches, builds, shows the tray, tells; prints the dashboard's link
    Run(Run),
    /// Makes a project of the repository in DIR: finds out how to build it, writes the configuration, builds once
    Init(Init),
    /// The state of all builders
    Status(Status),
    /// Builders with their last results
    Builders(Builders),
    /// Builds, newest first
    Builds(Builds),
    /// Prints a log of a build
    Log(Log),
    /// Asks for a build
    Force(Force),
    /// Ends a build
    Stop(BuildAndReason),
    /// Asks for the same build again
    Rebuild(Rebuild),
    /// Takes a waiting request back
    Cancel(Cancel),
    /// Lets a waiting request be built sooner or later
    Priority(Priority),
    /// Changes, newest first, and what became of them
    Changes(Changes),
    /// Schedulers of a master; switches them on and off
    Schedulers(Schedulers),
    /// Has the uncommitted change of the working copy built, here or by a team's builders
    Try(Box<Try>),
    /// What was tried, newest first; takes one back, pushes one, prints its patch
    Tries(Tries),
    /// Takes a change from standard input into a job folder; `buildbot try --connect=ssh` runs this on the master's machine
    Tryserver(Tryserver),
    /// Workers of the master: what they do, where they come in, who was turned away
    Workers(Workers),
    /// Why a build was told or not
    Why(Why),
    /// Says nothing about a builder, a project, a tag, a master or everything
    Mute(Mute),
    /// Ends all mutes, or those of one builder
    Unmute(Unmute),
    /// Says "I have it" about a broken builder
    Claim(Claim),
    /// Gives it back
    Unclaim(Claim),
    /// Follows a team's Buildbot master
    Join(Join),
    /// Follows a master no more and forgets what was kept of it
    Leave {
        /// Its name
        master: String,
    },
    /// The masters that are followed, and how
    Masters(Masters),
    /// Signs in at a joined master
    SignIn(SignIn),
    /// Signs out at a joined master and forgets the secret
    SignOut {
        /// Its name
        master: String,
    },
    /// Tries to reach joined masters now
    Reconnect {
        /// Its name; all when absent
        master: Option<String>,
    },
    /// A master in a folder of its own
    #[command(subcommand)]
    Master(Master),
    /// A worker in a folder of its own, for a Buildbot master or for another Outpost
    #[command(subcommand)]
    Worker(Worker),
    /// This machine as a worker of other masters, kept on them by the resident
    #[command(subcommand)]
    Lend(Lend),
    /// Secrets that the configuration names, kept in the system's keychain
    #[command(subcommand)]
    Secret(Secret),
    /// Ends the resident
    Quit(Quit),
    /// Completions for a shell, on standard output
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
    /// The manual page, on standard output
    Man {
        /// Of this command
        command: Option<String>,
    },

    /// Alias of `master create`
    #[command(hide = true)]
    CreateMaster(MasterCreate),
    /// Alias of `master check`
    #[command(hide = true)]
    Checkconfig(MasterCheck),
    /// Alias of `worker create`
    #[command(hide = true)]
    CreateWorker(WorkerCreate),
}

#[derive(Clone, Debug, Args)]
pub struct Run {
    /// No tray icon and no notices
    #[arg(long)]
    pub no_tray: bool,

    /// Serve the dashboard on this port of the loopback interface; 0 takes any
    #[arg(long, default_value_t = 8010)]
    pub port: u16,

    /// Open the window as well
    #[arg(long)]
    pub window: bool,

    /// When nothing is configured, show what Outpost does with a sample repository in a temporary folder
    #[arg(long)]
    pub demo: bool,

    /// Return at once and run in the background
    #[arg(long, conflicts_with = "demo")]
    pub detach: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The repository
    #[arg(default_value = ".")]
    pub dir: PathBuf,

    /// The project's name; the folder's by default
    #[arg(long)]
    pub name: Option<String>,

    /// The branch to follow; the repository's default branch by default
    #[arg(long)]
    pub branch: Option<String>,

    /// A step, as NAME=COMMAND or COMMAND; replaces the proposed steps; may be given several times
    #[arg(long = "step", value_name = "[NAME=]COMMAND")]
    pub steps: Vec<String>,

    /// Takes the proposal without asking
    #[arg(long, short)]
    pub yes: bool,

    /// Only shows what would be written
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    /// Does not build it now
    #[arg(long)]
    pub no_build: bool,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Default, Args)]
pub struct Status {
    /// Keeps showing it as it changes; where the output is no terminal, one line for each build that ends
    #[arg(long, short)]
    pub watch: bool,

    /// As JSON; with --watch one line for each build that ends and each master that comes or goes
    #[arg(long)]
    pub json: bool,

    /// Also builders of which there is nothing to say, when there are many
    #[arg(long, short)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct Builders {
    /// Only of this master
    pub master: Option<String>,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Args)]
pub struct Builds {
    /// Only of this builder, as [MASTER/]BUILDER
    pub builder: Option<String>,

    /// How many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: usize,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Args)]
pub struct Log {
    /// [MASTER/]BUILDER/NUMBER, [MASTER/]BUILDER for its newest build, or [MASTER/]ID
    pub build: String,

    /// The step, by name or number; the first that failed, or else the last, by default
    #[arg(long, short)]
    pub step: Option<String>,

    /// The log, by name
    #[arg(long, default_value = "stdio")]
    pub log: String,

    /// Goes on until it is complete
    #[arg(long, short)]
    pub follow: bool,

    /// Only the last N lines
    #[arg(long, short = 'n', value_name = "N")]
    pub tail: Option<i64>,

    /// One JSON document a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Force {
    /// [MASTER/]BUILDER
    pub builder: String,

    /// Shows the form and asks for nothing
    #[arg(long)]
    pub list: bool,

    /// By this force scheduler, where several may ask the builder
    #[arg(long, value_name = "NAME")]
    pub scheduler: Option<String>,

    /// The branch
    #[arg(long)]
    pub branch: Option<String>,

    /// The revision
    #[arg(long)]
    pub revision: Option<String>,

    /// Why
    #[arg(long)]
    pub reason: Option<String>,

    /// A value of the form, by its full name; may be given several times. NAME=@FILE for a file
    #[arg(long = "property", short = 'p', value_name = "NAME=VALUE")]
    pub values: Vec<String>,

    /// Waits for the result; ends with 1 when it is not green
    #[arg(long, short)]
    pub wait: bool,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Args)]
pub struct BuildAndReason {
    /// [MASTER/]BUILDER/NUMBER, [MASTER/]BUILDER for the one that runs, or [MASTER/]ID
    pub build: String,

    /// Why
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Rebuild {
    /// [MASTER/]BUILDER/NUMBER, [MASTER/]BUILDER for its newest build, or [MASTER/]ID
    pub build: String,

    /// Waits for the result; ends with 1 when it is not green
    #[arg(long, short)]
    pub wait: bool,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Args)]
pub struct Cancel {
    /// [MASTER/]ID of the request, or [MASTER/]BUILDER for all that wait for it
    pub request: String,

    /// Why
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Why {
    /// [MASTER/]BUILDER/NUMBER, [MASTER/]BUILDER for its newest build, or [MASTER/]ID; the latest builds when absent
    pub build: Option<String>,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Until {
    /// For an hour
    Hour,
    /// Until tomorrow at eight
    Tomorrow,
    /// Until it is green again
    Fixed,
    /// Until unmuted
    Forever,
}

#[derive(Debug, Args)]
pub struct Mute {
    /// [MASTER/]BUILDER; everything when absent
    pub builder: Option<String>,

    /// The builders of this project
    #[arg(long, conflicts_with_all = ["builder", "tag"])]
    pub project: Option<String>,

    /// The builders with this tag, on every master
    #[arg(long, conflicts_with_all = ["builder", "master"])]
    pub tag: Option<String>,

    /// The builders of this master, or the project of it
    #[arg(long, conflicts_with = "builder")]
    pub master: Option<String>,

    /// For how long
    #[arg(long, value_enum, default_value = "hour")]
    pub until: Until,
}

#[derive(Debug, Args)]
pub struct Unmute {
    /// The builder; everything when absent
    pub builder: Option<String>,
}

#[derive(Debug, Args)]
pub struct Quit {
    /// Lets builds finish first
    #[arg(long)]
    pub finish: bool,
}

#[derive(Debug, Subcommand)]
pub enum Master {
    /// Makes a folder with a sample configuration
    Create(MasterCreate),
    /// Checks a configuration: every problem with its line
    Check(MasterCheck),
    /// Starts the master of a folder
    Start(MasterStart),
    /// Stops it
    Stop(MasterStop),
    /// Stops and starts it
    Restart(MasterStart),
    /// Reads its configuration again; builds go on
    Reconfig(MasterFolder),
}

#[derive(Debug, Args)]
pub struct MasterCreate {
    /// The folder
    #[arg(default_value = ".")]
    pub basedir: PathBuf,
}

#[derive(Debug, Args)]
pub struct MasterCheck {
    /// A folder with a master.star, or the file itself; the resident's own when absent
    pub path: Option<PathBuf>,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Args)]
pub struct MasterFolder {
    /// The folder
    #[arg(default_value = ".")]
    pub basedir: PathBuf,
}

#[derive(Debug, Args)]
pub struct MasterStop {
    /// The folder
    #[arg(default_value = ".")]
    pub basedir: PathBuf,

    /// Lets builds finish first
    #[arg(long)]
    pub clean: bool,
}

#[derive(Debug, Args)]
pub struct MasterStart {
    /// The folder
    #[arg(default_value = ".")]
    pub basedir: PathBuf,

    /// Stays in the foreground
    #[arg(long)]
    pub nodaemon: bool,

    /// Serve the dashboard on this port of the loopback interface; 0 takes any
    #[arg(long, default_value_t = 8010)]
    pub port: u16,
}

#[derive(Debug, Subcommand)]
pub enum Lend {
    /// To whom it is lent, and what it builds for them
    Status(Listing),
    /// Lends it to a master
    Add(LendAdd),
    /// Ends a lending at once and forgets it
    Remove(LendWhich),
    /// Lends again, also after the next start
    On(LendWhich),
    /// Finishes what runs and lends no more
    Off(LendWhich),
    /// Finishes what runs and stays away until resumed
    Pause(LendWhich),
    /// Comes back after a pause
    Resume(LendWhich),
    /// Ends what runs at once and stays away until resumed; the master builds it again elsewhere
    TakeBack(LendWhich),
}

#[derive(Debug, Args)]
pub struct LendWhich {
    /// The master or the worker's name; all when absent
    pub lending: Option<String>,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Args)]
pub struct LendAdd {
    /// Where the master is: HOST[:PORT], tcp:…, tls:…, unix:…, ws://…
    pub master: String,

    /// The worker's name in the master's configuration
    pub name: String,

    /// Reads the password from the first line of a file, or with - from standard input; asked for when absent
    #[arg(long, value_name = "FILE")]
    pub passwd_file: Option<PathBuf>,

    /// Keeps the password until Outpost ends only, not in the keychain
    #[arg(long)]
    pub session_only: bool,

    /// pb or msgpack_experimental_v7; by the address when absent
    #[arg(long)]
    pub protocol: Option<String>,

    /// Connects by TLS
    #[arg(long)]
    pub use_tls: bool,

    /// Where it works; below Outpost's own folder when absent
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,

    /// How many commands run at once; no limit when absent
    #[arg(long, value_name = "N")]
    pub builds: Option<u32>,

    /// How far its builds step back behind everything else, 0 to 19
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub nice: u8,

    #[command(flatten)]
    pub listing: Listing,
}

#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Keeps a secret; reads it from the terminal or from standard input
    Set {
        /// The name that the configuration uses
        name: String,
    },
    /// Forgets a secret
    Remove {
        /// The name that the configuration uses
        name: String,
    },
}
