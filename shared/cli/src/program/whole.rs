//! The whole program: resident, masters, workers and the command line.

use crate::arguments::{self, Arguments, Command, Master};
use crate::client::Client;
use crate::command::worker::Worker;
use crate::failure::{Failure, USAGE};
use crate::{absolute, command, end, resident};
use app::places::Places;
use clap::Parser;
use std::process::ExitCode;

/// What `main` does.
pub fn main() -> ExitCode {
    // First of all, and before any thread: these two are started often and must be light.
    match std::env::args_os().nth(1) {
        Some(word) if word == process::SHIM_ARGUMENT => process::shim_main(),
        Some(word) if word == config::CHILD_ARGUMENT => return config::child_main(),
        _ => {}
    }
    let mut arguments = Arguments::parse();
    // A worker of its own is a small process, without what the resident needs.
    match arguments.command.take() {
        Some(Command::Worker(worker)) => return end(command::worker::run(worker)),
        Some(Command::CreateWorker(create)) => return end(command::worker::run(Worker::Create(create))),
        // Run by others' ssh, perhaps as somebody who has no place for a profile.
        Some(Command::Tryserver(tryserver)) => return end(command::tryserver::run(&tryserver)),
        other => arguments.command = other,
    }
    crate::memory::keep_heap_together();
    ::client::provide_cryptography();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return end(Err(Failure::other(format!("no threads can be started: {error}")))),
    };
    let done = runtime.block_on(Box::pin(run(arguments)));
    // A thread that waits for a keychain must not keep the program.
    runtime.shutdown_background();
    end(done)
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let places = match &arguments.which.basedir {
        Some(folder) => Places::of_folder(&absolute(folder)?),
        None => Places::of_profile(&arguments.which.profile, arguments.which.home.as_deref())
            .map_err(|error| Failure::new(USAGE, error.to_string()))?,
    };
    match arguments
        .command
        .unwrap_or(Command::Status(arguments::Status::default()))
    {
        Command::Run(options) => resident::start(places, options).await,
        Command::Master(Master::Create(create)) | Command::CreateMaster(create) => command::master::create(&create),
        Command::Master(Master::Check(check)) | Command::Checkconfig(check) => command::master::check(&places, check),
        Command::Master(Master::Start(start)) => command::master::start(start).await,
        Command::Master(Master::Stop(stop)) => command::master::stop(stop).await,
        Command::Master(Master::Restart(start)) => command::master::restart(start).await,
        Command::Master(Master::Reconfig(folder)) => command::master::reconfig(folder).await,
        Command::Secret(secret) => command::secret::run(&places, secret),
        Command::Completions { shell } => {
            command::completions::completions(shell);
            Ok(())
        }
        Command::Man { command } => command::completions::man(command.as_deref()),
        Command::Init(init) => command::init::run(&resident::connect_or_start(&places).await?, init).await,
        Command::Try(asked) => command::try_::run(&resident::connect_or_start(&places).await?, *asked).await,
        command => ask(&Client::connect(&places).await?, command).await,
    }
}

/// The commands that ask a resident which already runs.
async fn ask(client: &Client, command: Command) -> Result<(), Failure> {
    match command {
        Command::Status(status) => command::status::run(client, status).await,
        Command::Builders(builders) => command::builders::run(client, builders).await,
        Command::Builds(builds) => command::builds::run(client, builds).await,
        Command::Log(log) => command::log::run(client, log).await,
        Command::Force(force) => command::force::run(client, force).await,
        Command::Stop(stop) => command::stop::run(client, stop).await,
        Command::Rebuild(rebuild) => command::rebuild::run(client, rebuild).await,
        Command::Cancel(cancel) => command::cancel::run(client, cancel).await,
        Command::Priority(priority) => command::priority::run(client, priority).await,
        Command::Changes(changes) => command::changes::run(client, changes).await,
        Command::Schedulers(schedulers) => command::schedulers::run(client, schedulers).await,
        Command::Join(join) => command::join::run(client, join).await,
        Command::Leave { master } => command::leave::run(client, master).await,
        Command::Masters(masters) => command::masters::run(client, masters).await,
        Command::SignIn(sign_in) => command::sign_in::sign_in(client, sign_in).await,
        Command::SignOut { master } => command::sign_in::sign_out(client, master).await,
        Command::Reconnect { master } => command::reconnect::run(client, master).await,
        Command::Workers(workers) => command::workers::run(client, workers).await,
        Command::Why(why) => command::why::run(client, why).await,
        Command::Mute(mute) => command::mute::mute(client, mute).await,
        Command::Claim(claim) => command::claim::claim(client, claim).await,
        Command::Unclaim(claim) => command::claim::unclaim(client, claim).await,
        Command::Lend(lend) => command::lend::run(client, lend).await,
        Command::Unmute(unmute) => command::mute::unmute(client, unmute).await,
        Command::Tries(tries) => command::tries::run(client, tries).await,
        Command::Quit(quit) => command::quit::run(client, quit.finish).await,
        // The others were taken above.
        _ => Ok(()),
    }
}
