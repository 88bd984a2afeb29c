//! `outpost join URL`

use super::credentials::Credentials;
use super::{masters, print_json};
use crate::arguments::Listing;
use crate::client::{Client, Events};
use crate::failure::{Failure, OTHER};
use crate::show::plain::plain;
use app::api::masters::{Join as JoinCommand, LookAt, Looked, MasterCondition, MasterRow, Masters};
use app::api::{Event, Nothing};
use clap::Args;
use std::time::Duration;
use tokio::time::Instant;

/// How long to wait for what a master has. It is joined before that.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub struct Join {
    /// Address of any of its pages
    pub url: String,

    /// The name that it has here; made from its title or host when absent
    #[arg(long)]
    pub name: Option<String>,

    #[command(flatten)]
    pub credentials: Credentials,

    #[command(flatten)]
    pub listing: Listing,
}

/// Follows a master from now on.
pub async fn run(client: &Client, join: Join) -> Result<(), Failure> {
    let looked: Looked = client.call("look_at", LookAt { url: join.url.clone() }).await?;
    if let Some(key) = &looked.joined {
        let failure = Failure::new(OTHER, format!("{} is joined already, as '{key}'", plain(&looked.url)));
        return Err(failure.hint(format!("To sign in there:  outpost sign-in {key}")));
    }
    let secret = match join.credentials.are_given() {
        true => Some(join.credentials.secret(&plain(&looked.title), &looked.sign_in)?),
        false => None,
    };
    let order = JoinCommand {
        url: join.url,
        name: join.name,
        secret,
        session_only: join.credentials.session_only,
    };
    let mut events = client.events().await?;
    let row: MasterRow = client.call("join", order).await?;
    let row = known(client, &mut events, row).await?;
    if join.listing.json {
        return print_json(&row);
    }
    println!("Joined {}", masters::described(&row));
    if row.condition == MasterCondition::SignInNeeded {
        println!(
            "It shows nothing without signing in:  outpost sign-in {}",
            plain(&row.master)
        );
    }
    Ok(())
}

/// The master once it is known what it has, if that comes soon.
async fn known(client: &Client, events: &mut Events, mut row: MasterRow) -> Result<MasterRow, Failure> {
    let deadline = Instant::now() + PATIENCE;
    while row.condition == MasterCondition::Connecting {
        match tokio::time::timeout_at(deadline, events.next()).await {
            Ok(Some(Event::Masters | Event::Overview)) => {
                let page: Masters = client.call("masters", Nothing {}).await?;
                row = page
                    .masters
                    .into_iter()
                    .find(|other| other.master == row.master)
                    .unwrap_or(row);
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    Ok(row)
}
