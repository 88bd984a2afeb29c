//! `outpost cancel REQUEST`

use super::build_name;
use crate::arguments::Cancel;
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND};
use app::api::Nothing;
use app::api::actions::Cancel as CancelCommand;
use app::api::overview::Overview;

/// Takes one request back, or all that wait for a builder.
pub async fn run(client: &Client, arguments: Cancel) -> Result<(), Failure> {
    let requests = match arguments.request.parse() {
        Ok(request) => vec![request],
        Err(_) => {
            let builder = build_name::builder(client, &arguments.request).await?.builder;
            let overview: Overview = client.call("overview", Nothing {}).await?;
            overview
                .waiting
                .iter()
                .filter(|row| row.builder == builder)
                .map(|row| row.request)
                .collect()
        }
    };
    if requests.is_empty() {
        return Err(Failure::new(
            NOT_FOUND,
            format!("nothing waits for '{}'", arguments.request),
        ));
    }
    for request in requests {
        let Nothing {} = client
            .call(
                "cancel",
                CancelCommand {
                    master: app::api::bundled(),
                    request,
                    reason: arguments.reason.clone(),
                },
            )
            .await?;
        println!("Cancelled request {request}");
    }
    Ok(())
}
