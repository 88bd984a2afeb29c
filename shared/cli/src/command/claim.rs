//! `outpost claim` and `outpost unclaim`: "I have it", about a builder that is broken.

use super::build_name;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::plain::plain;
use app::api::Nothing;
use app::api::notices::{ClaimQuery, ClaimRow};
use clap::Args;

/// Which builder.
#[derive(Debug, Args)]
pub struct Claim {
    /// [MASTER/]BUILDER, with those that broke together with it
    pub builder: String,
}

/// Says that I look after it.
pub async fn claim(client: &Client, arguments: Claim) -> Result<(), Failure> {
    let (query, name) = query(client, &arguments).await?;
    let row: ClaimRow = client.call("claim", query).await?;
    let who_sees = if row.shared {
        "Everybody who follows its master with Outpost sees it."
    } else {
        "Its master is a plain Buildbot, so only you see it."
    };
    println!("You have {name}. It ends at green, or after 24 hours. {who_sees}");
    Ok(())
}

/// Gives it back.
pub async fn unclaim(client: &Client, arguments: Claim) -> Result<(), Failure> {
    let (query, name) = query(client, &arguments).await?;
    let Nothing {} = client.call("unclaim", query).await?;
    println!("Nobody has {name} now.");
    Ok(())
}

async fn query(client: &Client, arguments: &Claim) -> Result<(ClaimQuery, String), Failure> {
    let row = build_name::builder(client, &arguments.builder).await?;
    let name = plain(&row.name);
    let query = ClaimQuery {
        master: row.master,
        builder: row.builder,
    };
    Ok((query, name))
}
