//! `--dryrun`: what would be sent.

use crate::client::Client;
use crate::failure::Failure;
use crate::json::print_json;
use crate::show::plain::{log_line, plain};
use app::api::tries::{TryPreview, TrySubmit};

/// Prints the job as Buildbot's own `try` does, with what that leaves out.
pub async fn run(client: &Client, submit: TrySubmit, json: bool) -> Result<(), Failure> {
    let told: TryPreview = client.call("try_preview", submit).await?;
    if json {
        return print_json(&told);
    }
    println!("Job: {}", plain(&told.words));
    for (name, value) in told.job.iter().filter(|(_, value)| !value.is_empty()) {
        let mut letters = name.chars();
        let name: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect();
        println!("\t{name}: {}", plain(value));
    }
    println!("\tPatch: {} bytes, -p{}\n", told.bytes, told.level);
    told.patch.lines().for_each(|line| println!("{}", log_line(line)));
    Ok(())
}
