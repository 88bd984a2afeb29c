//! `outpost priority REQUEST NUMBER`

use super::request_name;
use crate::client::Client;
use crate::failure::Failure;
use app::api::Nothing;
use app::api::actions::SetPriority;
use clap::Args;

#[derive(Debug, Args)]
pub struct Priority {
    /// [MASTER/]ID, or [MASTER/]BUILDER for all that wait for it
    pub request: String,

    /// Higher first; 0 is usual
    #[arg(allow_negative_numbers = true)]
    pub priority: i64,
}

/// Lets waiting requests be built sooner or later.
pub async fn run(client: &Client, arguments: Priority) -> Result<(), Failure> {
    for one in request_name::requests(client, &arguments.request).await? {
        let order = SetPriority {
            master: one.master,
            request: one.request,
            priority: arguments.priority,
        };
        let Nothing {} = client.call("set_priority", order).await?;
        println!("Request {} has priority {}", one.request, arguments.priority);
    }
    Ok(())
}
