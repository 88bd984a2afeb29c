//! `outpost sign-in MASTER` and `outpost sign-out MASTER`

use super::credentials::Credentials;
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND, USAGE};
use crate::show::plain::plain;
use app::api::Nothing;
use app::api::masters::{MasterQuery, MasterRow, Masters, SignIn as SignInCommand, SignInWay};
use clap::Args;

#[derive(Debug, Args)]
pub struct SignIn {
    /// The master
    pub master: String,

    #[command(flatten)]
    pub credentials: Credentials,
}

/// Signs in at a joined master; what is needed is asked for.
pub async fn sign_in(client: &Client, sign_in: SignIn) -> Result<(), Failure> {
    let way = way(client, &sign_in.master).await?;
    if way == SignInWay::None && !sign_in.credentials.are_given() {
        return Err(Failure::new(
            USAGE,
            format!("nobody signs in at '{}': it knows no users", sign_in.master),
        )
        .hint("If a proxy in front of it does, give --user"));
    }
    let order = SignInCommand {
        secret: sign_in.credentials.secret(&sign_in.master, &way)?,
        session_only: sign_in.credentials.session_only,
        master: sign_in.master,
    };
    let row: MasterRow = client.call("sign_in", order).await?;
    let user = row
        .user
        .as_deref()
        .map(|user| format!(" as {}", plain(user)))
        .unwrap_or_default();
    println!("Signed in at {}{user}", plain(&row.master));
    Ok(())
}

/// Signs out there and forgets the secret.
pub async fn sign_out(client: &Client, master: String) -> Result<(), Failure> {
    let row: MasterRow = client.call("sign_out", MasterQuery { master }).await?;
    println!("Signed out at {}", plain(&row.master));
    Ok(())
}

async fn way(client: &Client, master: &str) -> Result<SignInWay, Failure> {
    let page: Masters = client.call("masters", Nothing {}).await?;
    let names: Vec<String> = page.masters.iter().map(|row| plain(&row.master)).collect();
    let found = page.masters.into_iter().find(|row| row.master == master);
    found.map(|row| row.sign_in).ok_or_else(|| {
        Failure::new(NOT_FOUND, format!("'{master}' is not joined")).hint(format!("Masters: {}", names.join(", ")))
    })
}
