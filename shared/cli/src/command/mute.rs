//! `outpost mute` and `outpost unmute`

use super::build_name;
use crate::arguments::{Mute, Unmute, Until};
use crate::client::Client;
use crate::failure::Failure;
use app::api::notices::{Mute as MuteCommand, MuteScope, MuteUntil, Unmute as UnmuteCommand};
use app::api::overview::Overview;
use app::api::{Nothing, bundled};

/// Says nothing about something for a while.
pub async fn mute(client: &Client, arguments: Mute) -> Result<(), Failure> {
    let scope = match (&arguments.builder, arguments.project) {
        (Some(name), _) => MuteScope::Builder {
            master: bundled(),
            builder: build_name::builder(client, name).await?.builder,
        },
        (None, Some(project)) => MuteScope::Project {
            master: bundled(),
            project,
        },
        (None, None) => MuteScope::Everything,
    };
    let until = match arguments.until {
        Until::Hour => MuteUntil::Minutes { minutes: 60 },
        Until::Fixed => MuteUntil::Fixed,
        Until::Forever => MuteUntil::Forever,
    };
    let Nothing {} = client.call("mute", MuteCommand { scope, until }).await?;
    print(client).await
}

/// Speaks again.
pub async fn unmute(client: &Client, arguments: Unmute) -> Result<(), Failure> {
    let wanted = match &arguments.builder {
        Some(name) => Some(MuteScope::Builder {
            master: bundled(),
            builder: build_name::builder(client, name).await?.builder,
        }),
        None => None,
    };
    let overview: Overview = client.call("overview", Nothing {}).await?;
    for row in overview
        .mutes
        .iter()
        .filter(|row| wanted.as_ref().is_none_or(|scope| row.scope == *scope))
    {
        let Nothing {} = client.call("unmute", UnmuteCommand { mute: row.mute }).await?;
    }
    print(client).await
}

async fn print(client: &Client) -> Result<(), Failure> {
    let overview: Overview = client.call("overview", Nothing {}).await?;
    if overview.mutes.is_empty() {
        println!("Nothing is muted.");
    }
    for row in &overview.mutes {
        println!("Muted: {}, {}", row.name, row.ends);
    }
    Ok(())
}
