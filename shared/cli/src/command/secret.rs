//! `outpost secret set|remove NAME`

use crate::arguments::Secret;
use crate::failure::Failure;
use crate::unseen;
use app::places::Places;
use app::secrets;

/// Keeps or forgets a secret.
pub fn run(places: &Places, command: Secret) -> Result<(), Failure> {
    let done = match command {
        Secret::Set { name } => {
            let secret = unseen::ask(&format!("Secret '{name}'"))?;
            if secret.is_empty() {
                return Err(Failure::other("nothing was given, so nothing was kept"));
            }
            secrets::write(&places.profile, &name, secret)
        }
        Secret::Remove { name } => secrets::remove(&places.profile, &name),
    };
    done.map_err(|error| Failure::other(error.to_string()))
}
