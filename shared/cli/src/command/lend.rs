//! `outpost lend`: this machine as a worker of other masters.

use super::print_json;
use super::worker::password;
use crate::arguments::{Lend, LendAdd, LendWhich};
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use crate::show::{mark, table::Table, time};
use app::api::Nothing;
use app::api::lending::{
    AddLending, LendingCondition, LendingFields, LendingQuery, LendingRow, LendingVerb, Lendings, OrderLending,
};

/// Does what the words say, then shows what is lent.
pub async fn run(client: &Client, command: Lend) -> Result<(), Failure> {
    let (listing, lendings) = match command {
        Lend::Status(listing) => (listing, client.call("lendings", Nothing {}).await?),
        Lend::Add(add) => (add.listing, self::add(client, add).await?),
        Lend::Remove(which) => (which.listing, remove(client, &which).await?),
        Lend::On(which) => (which.listing, order(client, &which, LendingVerb::On).await?),
        Lend::Off(which) => (which.listing, order(client, &which, LendingVerb::Off).await?),
        Lend::Pause(which) => (which.listing, order(client, &which, LendingVerb::Pause).await?),
        Lend::Resume(which) => (which.listing, order(client, &which, LendingVerb::Resume).await?),
        Lend::TakeBack(which) => (which.listing, order(client, &which, LendingVerb::TakeBack).await?),
    };
    let lendings: Lendings = lendings;
    if listing.json {
        return print_json(&lendings);
    }
    print(&lendings);
    Ok(())
}

async fn add(client: &Client, add: LendAdd) -> Result<Lendings, Failure> {
    let password = match &add.passwd_file {
        Some(file) => password::from_file(file)?,
        None => password::asked(&add.name)?,
    };
    let folder = add.folder.map(std::path::absolute).transpose()?;
    let fields = LendingFields {
        master: add.master,
        name: add.name,
        password: Some(password),
        protocol: add.protocol,
        tls: add.use_tls,
        folder: folder.map(|folder| folder.to_string_lossy().into_owned()),
        builds: add.builds,
        nice: add.nice,
        session_only: add.session_only,
    };
    client.call("add_lending", AddLending { fields }).await
}

async fn remove(client: &Client, which: &LendWhich) -> Result<Lendings, Failure> {
    let Some(lending) = chosen(client, which).await? else {
        let failure = Failure::new(NOT_FOUND, "say which lending to remove");
        return Err(failure.hint("outpost lend status  lists them"));
    };
    let Nothing {} = client.call("remove_lending", LendingQuery { lending }).await?;
    client.call("lendings", Nothing {}).await
}

async fn order(client: &Client, which: &LendWhich, verb: LendingVerb) -> Result<Lendings, Failure> {
    let lending = chosen(client, which).await?;
    client.call("order_lending", OrderLending { lending, verb }).await
}

/// The lending that was named by its master, its worker's name or its number; none means all.
async fn chosen(client: &Client, which: &LendWhich) -> Result<Option<i64>, Failure> {
    let Some(wanted) = &which.lending else { return Ok(None) };
    let lendings: Lendings = client.call("lendings", Nothing {}).await?;
    let is_meant =
        |row: &&LendingRow| row.master == *wanted || row.name == *wanted || row.lending.to_string() == *wanted;
    let meant: Vec<&LendingRow> = lendings.lendings.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [one] => Ok(Some(one.lending)),
        [] => {
            let failure = Failure::new(NOT_FOUND, format!("this machine is not lent to '{wanted}'"));
            Err(failure.hint("outpost lend status  lists to whom it is"))
        }
        _ => {
            let failure = Failure::new(NOT_FOUND, format!("'{wanted}' names several lendings"));
            Err(failure.hint("Name one by its number in:  outpost lend status --json"))
        }
    }
}

fn print(lendings: &Lendings) {
    if lendings.lendings.is_empty() {
        println!("This machine is lent to nobody. Lend it with:  outpost lend add MASTER NAME");
        return;
    }
    let mut table = Table::default();
    for row in &lendings.lendings {
        let since = row
            .since
            .map(|since| format!("since {}", time::ago(since, lendings.now)));
        table.row([
            mark_of(row).coloured_shape(),
            row.words.clone(),
            format!("{} as {}", row.master, row.name),
            since.unwrap_or_default(),
        ]);
    }
    table.lines().iter().for_each(|line| println!("{line}"));
    for row in &lendings.lendings {
        for lent in &row.building {
            let builder = if lent.builder.is_empty() {
                "a build"
            } else {
                &lent.builder
            };
            println!(
                "{builder} for {}, for {}",
                row.master,
                time::duration(lendings.now - lent.since)
            );
        }
        if let Some(trouble) = &row.trouble {
            println!("{}: {trouble}", row.master);
        }
    }
}

fn mark_of(row: &LendingRow) -> mark::Mark {
    match row.condition {
        LendingCondition::Building | LendingCondition::Leaving => mark::of_results(None),
        LendingCondition::Free => mark::of_results(Some(0)),
        LendingCondition::Connecting => mark::WAITING,
        LendingCondition::Off | LendingCondition::Paused => mark::of_results(Some(3)),
        LendingCondition::Away | LendingCondition::Ended | LendingCondition::NoPassword => mark::of_results(Some(4)),
    }
}
