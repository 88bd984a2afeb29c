//! `outpost cancel REQUEST`

use super::request_name;
use crate::arguments::Cancel;
use crate::client::Client;
use crate::failure::Failure;
use app::api::Nothing;
use app::api::actions::Cancel as CancelCommand;

/// Takes one request back, or all that wait for a builder.
pub async fn run(client: &Client, arguments: Cancel) -> Result<(), Failure> {
    for one in request_name::requests(client, &arguments.request).await? {
        let order = CancelCommand {
            master: one.master,
            request: one.request,
            reason: arguments.reason.clone(),
        };
        let Nothing {} = client.call("cancel", order).await?;
        println!("Cancelled request {}", one.request);
    }
    Ok(())
}
