//! `outpost force BUILDER`

use super::{build_name, print_json, wait};
use crate::arguments::Force;
use crate::client::Client;
use crate::failure::{Failure, USAGE};
use app::api::actions::{Field, Force as ForceCommand, Forced, Form, FormQuery};
use std::collections::BTreeMap;

/// Asks for a build, and with `--wait` waits for its result.
pub async fn run(client: &Client, arguments: Force) -> Result<(), Failure> {
    let builder = build_name::builder(client, &arguments.builder).await?.builder;
    let form: Form = client
        .call(
            "force_form",
            FormQuery {
                master: app::api::bundled(),
                builder,
                scheduler: None,
            },
        )
        .await?;
    let values = values(&arguments, &form)?;
    let forced: Forced = client
        .call(
            "force",
            ForceCommand {
                master: app::api::bundled(),
                builder,
                scheduler: None,
                values,
            },
        )
        .await?;
    if !arguments.wait {
        return print(&forced, arguments.listing.json);
    }
    let page = wait::for_request(client, builder, forced.request).await?;
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

fn values(arguments: &Force, form: &Form) -> Result<BTreeMap<String, String>, Failure> {
    let mut names = Vec::new();
    full_names(&form.fields, &mut names);
    let mut values = BTreeMap::new();
    let given = [
        ("branch", &arguments.branch),
        ("revision", &arguments.revision),
        ("reason", &arguments.reason),
    ];
    for (name, value) in given {
        let Some(value) = value else { continue };
        values.insert(known(name, &names)?, value.clone());
    }
    for pair in &arguments.values {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::new(USAGE, format!("'{pair}' is no value of the form")).hint("Write it as NAME=VALUE")
        })?;
        values.insert(known(name, &names)?, value.to_owned());
    }
    Ok(values)
}

fn known(name: &str, names: &[String]) -> Result<String, Failure> {
    if names.iter().any(|one| one == name) {
        return Ok(name.to_owned());
    }
    Err(Failure::new(USAGE, format!("the form has no '{name}'")).hint(format!("It has: {}", names.join(", "))))
}

fn full_names(fields: &[Field], names: &mut Vec<String>) {
    for field in fields {
        if field.kind == "nested" {
            full_names(&field.fields, names);
        } else {
            names.push(field.full_name.clone());
        }
    }
}
