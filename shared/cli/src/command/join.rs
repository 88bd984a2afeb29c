//! `outpost join URL`

use super::credentials::Credentials;
use super::{masters, print_json};
use crate::arguments::Listing;
use crate::client::Client;
use crate::failure::{Failure, OTHER};
use crate::show::plain::plain;
use app::api::masters::{Join as JoinCommand, LookAt, Looked, MasterCondition, MasterRow};
use clap::Args;

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
    let row: MasterRow = client.call("join", order).await?;
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
