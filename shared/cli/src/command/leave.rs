//! `outpost leave MASTER`

use crate::client::Client;
use crate::failure::Failure;
use app::api::Nothing;
use app::api::masters::MasterQuery;

/// Follows a master no more and forgets what was kept of it.
pub async fn run(client: &Client, master: String) -> Result<(), Failure> {
    let Nothing {} = client.call("leave", MasterQuery { master: master.clone() }).await?;
    println!("Left {master}; what was kept of it is forgotten");
    Ok(())
}
