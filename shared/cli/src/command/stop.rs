//! `outpost stop BUILD`

use super::build_name;
use crate::arguments::BuildAndReason;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::{name, plain::plain};
use app::api::Nothing;
use app::api::actions::Stop;

/// Ends a build.
pub async fn run(client: &Client, arguments: BuildAndReason) -> Result<(), Failure> {
    let build = build_name::mark(client, &arguments.build).await?;
    if build.complete_at.is_some() {
        println!("{} is over already: {}", name::of_build(&build), plain(&build.state));
        return Ok(());
    }
    let order = Stop {
        master: build.master.clone(),
        build: build.build,
        reason: arguments.reason,
    };
    let Nothing {} = client.call("stop", order).await?;
    println!("Stopping {}", name::of_build(&build));
    Ok(())
}
