//! `outpost stop BUILD`

use super::build_name;
use crate::arguments::BuildAndReason;
use crate::client::Client;
use crate::failure::Failure;
use app::api::Nothing;
use app::api::actions::Stop;

/// Ends a build.
pub async fn run(client: &Client, arguments: BuildAndReason) -> Result<(), Failure> {
    let build = build_name::build(client, &arguments.build).await?.mark;
    if build.complete_at.is_some() {
        println!(
            "{}/{} is over already: {}",
            build.builder_name, build.number, build.state
        );
        return Ok(());
    }
    let Nothing {} = client
        .call(
            "stop",
            Stop {
                master: app::api::bundled(),
                build: build.build,
                reason: arguments.reason,
            },
        )
        .await?;
    println!("Stopping {}/{}", build.builder_name, build.number);
    Ok(())
}
