//! `outpost quit`

use crate::client::Client;
use crate::failure::Failure;
use app::api::Nothing;
use app::api::overview::{Quit, QuitHow};

/// Ends the resident and waits until it is gone.
pub async fn run(client: &Client, finish: bool) -> Result<(), Failure> {
    let mut events = client.events().await?;
    let how = if finish { QuitHow::Finish } else { QuitHow::Stop };
    let Nothing {} = client.call("quit", Quit { how }).await?;
    while events.next().await.is_some() {}
    Ok(())
}
