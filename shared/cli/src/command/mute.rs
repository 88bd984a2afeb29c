//! `outpost mute` and `outpost unmute`

use super::build_name;
use crate::arguments::{Mute, Unmute, Until};
use crate::client::Client;
use crate::failure::Failure;
use crate::show::plain::plain;
use app::api::notices::{Mute as MuteCommand, MuteScope, MuteUntil, Unmute as UnmuteCommand};
use app::api::overview::Overview;
use app::api::{Nothing, bundled};

/// Says nothing about something for a while.
pub async fn mute(client: &Client, arguments: Mute) -> Result<(), Failure> {
    let scope = scope(client, &arguments).await?;
    let until = match arguments.until {
        Until::Hour => MuteUntil::Minutes { minutes: 60 },
        Until::Tomorrow => MuteUntil::Tomorrow,
        Until::Fixed => MuteUntil::Fixed,
        Until::Forever => MuteUntil::Forever,
    };
    let Nothing {} = client.call("mute", MuteCommand { scope, until }).await?;
    print(client).await
}

async fn scope(client: &Client, arguments: &Mute) -> Result<MuteScope, Failure> {
    let master = || arguments.master.clone();
    if let Some(name) = &arguments.builder {
        return builder(client, name).await;
    }
    Ok(match (&arguments.project, &arguments.tag, master()) {
        (Some(project), _, master) => MuteScope::Project {
            master: master.unwrap_or_else(bundled),
            project: project.clone(),
        },
        (None, Some(tag), _) => MuteScope::Tag { tag: tag.clone() },
        (None, None, Some(master)) => MuteScope::Master { master },
        (None, None, None) => MuteScope::Everything,
    })
}

async fn builder(client: &Client, name: &str) -> Result<MuteScope, Failure> {
    let row = build_name::builder(client, name).await?;
    Ok(MuteScope::Builder {
        master: row.master,
        builder: row.builder,
    })
}

/// Speaks again.
pub async fn unmute(client: &Client, arguments: Unmute) -> Result<(), Failure> {
    let wanted = match &arguments.builder {
        Some(name) => Some(builder(client, name).await?),
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
        println!("Muted: {}, {}", plain(&row.name), row.ends);
    }
    Ok(())
}
