//! `outpost reconnect [MASTER]`

use crate::client::Client;
use crate::failure::Failure;
use crate::show::plain::plain;
use app::api::masters::{MasterQuery, MasterRow, Masters};
use app::api::{Nothing, bundled};

/// Tries to reach a joined master now; all of them when none is named.
pub async fn run(client: &Client, master: Option<String>) -> Result<(), Failure> {
    let masters = match master {
        Some(master) => vec![master],
        None => {
            let page: Masters = client.call("masters", Nothing {}).await?;
            let joined = page.masters.into_iter().map(|row| row.master);
            joined.filter(|master| *master != bundled()).collect()
        }
    };
    if masters.is_empty() {
        println!("No master is joined. Join one with:  outpost join URL");
    }
    for master in masters {
        let row: MasterRow = client.call("reconnect", MasterQuery { master }).await?;
        println!("{}: {}", plain(&row.master), plain(&row.words));
    }
    Ok(())
}
