//! `outpost force BUILDER`

mod form;
mod values;

use super::{build_name, print_json, wait};
use crate::arguments::Force;
use crate::client::Client;
use crate::failure::Failure;
use app::api::actions::{Force as ForceCommand, Forced, Form, FormQuery};

/// Asks for a build, and with `--wait` waits for its result; or shows the form.
pub async fn run(client: &Client, arguments: Force) -> Result<(), Failure> {
    let row = build_name::builder(client, &arguments.builder).await?;
    let query = FormQuery {
        master: row.master.clone(),
        builder: row.builder,
        scheduler: arguments.scheduler.clone(),
    };
    let form: Form = client.call("force_form", query).await?;
    if arguments.list {
        return form::print(&form, arguments.listing.json);
    }
    let order = ForceCommand {
        master: row.master.clone(),
        builder: row.builder,
        scheduler: arguments.scheduler.as_ref().map(|_| form.scheduler.clone()),
        values: values::of(&arguments, &form)?,
    };
    let forced: Forced = client.call("force", order).await?;
    if !arguments.wait {
        return print(&forced, arguments.listing.json);
    }
    let page = wait::for_request(client, &row.master, row.builder, forced.request).await?;
    if arguments.listing.json {
        print_json(&page)?;
    }
    wait::report(&page)
}

fn print(forced: &Forced, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(forced);
    }
    println!("Asked for it: request {}", forced.request);
    Ok(())
}
