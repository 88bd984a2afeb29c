//! `outpost workers`

use super::name;
use crate::arguments::Listing;
use crate::client::Client;
use crate::failure::Failure;
use crate::json::print_json;
use crate::show::mark::{self, Mark};
use crate::show::{self, plain::plain, table::Table, time};
use app::api::Nothing;
use app::api::masters::Masters;
use app::api::workers::{
    Invitation, InviteWorker, OrderWorker, WorkerCondition, WorkerDetails, WorkerVerb, Workers as Page,
};
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Workers {
    #[command(subcommand)]
    pub order: Option<Order>,

    #[command(flatten)]
    pub listing: Listing,
}

/// What is done to a worker.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Gives it nothing new to build
    Pause(NameAndReason),
    /// Lets it build again
    Unpause(NameAndReason),
    /// Sends it away after its builds
    Stop(NameAndReason),
    /// Takes back that it is sent away after its builds
    Stay(NameAndReason),
    /// Sends it away at once; its builds are made again
    Kill(NameAndReason),
    /// Makes a password for a worker of another machine, and says what to write here and what to type there
    Add(Add),
}

#[derive(Debug, Args)]
pub struct NameAndReason {
    /// [MASTER/]NAME of the worker
    pub name: String,

    /// Why
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Add {
    /// The name that it will have
    pub name: String,

    #[command(flatten)]
    pub listing: Listing,
}

/// Lists workers, or does something to one.
pub async fn run(client: &Client, workers: Workers) -> Result<(), Failure> {
    let (verb, which) = match workers.order {
        None => return list(client, workers.listing).await,
        Some(Order::Add(add)) => return invite(client, add).await,
        Some(Order::Pause(which)) => (WorkerVerb::Pause, which),
        Some(Order::Unpause(which)) => (WorkerVerb::Unpause, which),
        Some(Order::Stop(which)) => (WorkerVerb::Stop, which),
        Some(Order::Stay(which)) => (WorkerVerb::Stay, which),
        Some(Order::Kill(which)) => (WorkerVerb::Kill, which),
    };
    order(client, verb, which).await
}

async fn order(client: &Client, verb: WorkerVerb, which: NameAndReason) -> Result<(), Failure> {
    let page: Page = client.call("workers", Nothing {}).await?;
    let masters: Masters = client.call("masters", Nothing {}).await?;
    let fits = |row: &WorkerDetails, name: &str| (row.name == name).then_some(());
    let found = name::find(
        &which.name,
        &masters.masters,
        &page.workers,
        |row| (&row.master, &row.name),
        fits,
    );
    let (row, ()) = found.map_err(|unresolved| {
        let names = page
            .workers
            .iter()
            .map(|row| show::name::of(&row.master, &row.name))
            .collect();
        let none = format!(
            "No worker is configured. Add one with:  outpost workers add {}",
            which.name
        );
        unresolved.failure("worker", &which.name, names, &none)
    })?;
    let order = OrderWorker {
        master: row.master.clone(),
        worker: row.worker,
        verb,
        reason: which.reason,
    };
    let Nothing {} = client.call("order_worker", order).await?;
    println!("{}: {}", show::name::of(&row.master, &row.name), done(verb));
    Ok(())
}

fn done(verb: WorkerVerb) -> &'static str {
    match verb {
        WorkerVerb::Pause => "paused; it finishes what it builds",
        WorkerVerb::Unpause => "builds again",
        WorkerVerb::Stop => "leaves after its builds",
        WorkerVerb::Stay => "stays",
        WorkerVerb::Kill => "is sent away; its builds are made again",
    }
}

async fn list(client: &Client, listing: Listing) -> Result<(), Failure> {
    let page: Page = client.call("workers", Nothing {}).await?;
    if listing.json {
        return print_json(&page);
    }
    let mut table = Table::default();
    for row in &page.workers {
        table.row([
            mark_of(row.condition).coloured_shape(),
            show::name::of(&row.master, &row.name),
            state(row, page.now),
            facts(row),
        ]);
    }
    if table.is_empty() {
        println!("No worker is configured. Add one with:  outpost workers add NAME");
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    for port in &page.ports {
        match &port.error {
            None => println!(
                "Port {} ({})",
                port.listens.as_ref().unwrap_or(&port.endpoint),
                port.protocol
            ),
            Some(error) => println!("Port {} ({}) is not open: {error}", port.endpoint, port.protocol),
        }
    }
    for refused in &page.refused {
        let from = refused.from.as_deref().unwrap_or("this machine");
        println!(
            "Turned away: '{}' from {from}, {} times, last {}: {}",
            refused.name,
            refused.count,
            time::ago(refused.at, page.now),
            refused.reason
        );
    }
    Ok(())
}

/// The same shapes as in the window.
fn mark_of(condition: WorkerCondition) -> Mark {
    match condition {
        WorkerCondition::Idle => mark::WAITING,
        WorkerCondition::Building => mark::of_results(None),
        WorkerCondition::Paused => mark::of_results(Some(3)),
        WorkerCondition::Leaving | WorkerCondition::Removed => mark::of_results(Some(6)),
        WorkerCondition::Away => mark::NOT_BUILT,
        WorkerCondition::Missing => mark::of_results(Some(4)),
    }
}

fn state(row: &WorkerDetails, now: i64) -> String {
    let mut words = vec![plain(&row.words)];
    if let (false, Some(since)) = (row.connected, row.since) {
        words.push(format!("for {}", time::duration(now - since)));
    }
    words.extend(row.building.iter().map(show::name::of_build));
    words.extend(row.pause_reason.iter().map(|reason| format!("({})", plain(reason))));
    words.join(" ")
}

fn facts(row: &WorkerDetails) -> String {
    let near = row.local.then(|| "in this program".to_owned());
    let cpus = row.cpus.map(|cpus| format!("{cpus} CPUs"));
    let version = row.version.as_ref().map(|version| format!("worker {version}"));
    let all = [near, row.address.clone(), row.system.clone(), cpus, version];
    plain(&all.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

async fn invite(client: &Client, add: Add) -> Result<(), Failure> {
    let invitation: Invitation = client.call("invite_worker", InviteWorker { name: add.name }).await?;
    if add.listing.json {
        return print_json(&invitation);
    }
    match (&invitation.secret, &invitation.not_kept) {
        (Some(secret), _) => println!("The password is in the keychain as '{secret}'."),
        (None, why) => println!(
            "The password stands in the line below, because the keychain could not keep it: {}",
            why.as_deref().unwrap_or("it is not there")
        ),
    }
    println!("Add to the configuration, and name the worker in workernames of its builders:");
    invitation.lines.iter().for_each(|line| println!("    {line}"));
    for way in &invitation.ways {
        println!("On the other machine, with {}'s worker:", way.program);
        way.commands.iter().for_each(|command| println!("    {command}"));
    }
    Ok(())
}
