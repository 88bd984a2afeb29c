//! The values of a form, as they are given on the command line.

use crate::arguments::Force;
use crate::failure::{Failure, USAGE};
use app::api::actions::{Field, Form};
use std::collections::BTreeMap;

/// The values by full name. Their sense is the master's business; that there are such fields is checked here.
pub fn of(arguments: &Force, form: &Form) -> Result<BTreeMap<String, String>, Failure> {
    let mut fields = Vec::new();
    flat(&form.fields, &mut fields);
    let mut values = BTreeMap::new();
    let given = [
        ("branch", &arguments.branch),
        ("revision", &arguments.revision),
        ("reason", &arguments.reason),
    ];
    for (name, value) in given {
        let Some(value) = value else { continue };
        values.insert(known(name, &fields)?.full_name.clone(), value.clone());
    }
    for pair in &arguments.values {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::new(USAGE, format!("'{pair}' is no value of the form")).hint("Write it as NAME=VALUE")
        })?;
        let field = known(name, &fields)?;
        let value = read(field, value)?;
        let several = values.entry(field.full_name.clone());
        if field.multiple {
            several
                .and_modify(|all: &mut String| *all = format!("{all}\n{value}"))
                .or_insert(value);
        } else {
            *several.or_default() = value;
        }
    }
    Ok(values)
}

/// The value itself; of a file its content.
fn read(field: &Field, value: &str) -> Result<String, Failure> {
    match (field.kind.as_str(), value.strip_prefix('@')) {
        ("file", Some(path)) => std::fs::read_to_string(path)
            .map_err(|error| Failure::new(USAGE, format!("{}: the file '{path}': {error}", field.full_name))),
        _ => Ok(value.to_owned()),
    }
}

fn known<'a>(name: &str, fields: &[&'a Field]) -> Result<&'a Field, Failure> {
    fields
        .iter()
        .find(|field| field.full_name == name)
        .copied()
        .ok_or_else(|| {
            let names: Vec<&str> = fields.iter().map(|field| field.full_name.as_str()).collect();
            Failure::new(USAGE, format!("the form has no '{name}'")).hint(format!("It has: {}", names.join(", ")))
        })
}

fn flat<'a>(fields: &'a [Field], all: &mut Vec<&'a Field>) {
    for field in fields {
        if field.kind == "nested" {
            flat(&field.fields, all);
        } else {
            all.push(field);
        }
    }
}
