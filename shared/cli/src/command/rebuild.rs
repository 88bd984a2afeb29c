//! `outpost rebuild BUILD`

use super::{build_name, print_json, wait};
use crate::arguments::Rebuild;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::name;
use app::api::actions::{Forced, Rebuild as RebuildCommand};

/// Asks for the same build again, and with `--wait` waits for its result.
pub async fn run(client: &Client, arguments: Rebuild) -> Result<(), Failure> {
    let build = build_name::mark(client, &arguments.build).await?;
    let order = RebuildCommand {
        master: build.master.clone(),
        build: build.build,
    };
    let forced: Forced = client.call("rebuild", order).await?;
    if arguments.wait {
        let page = wait::for_request(client, &build.master, build.builder, forced.request).await?;
        if arguments.listing.json {
            print_json(&page)?;
        }
        return wait::report(&page);
    }
    if arguments.listing.json {
        return print_json(&forced);
    }
    println!("Asked for {} again: request {}", name::of_build(&build), forced.request);
    Ok(())
}
