//! A force scheduler's form in a terminal: what each value is called, what it may be, what it is when nothing is said.

use crate::failure::Failure;
use crate::json::print_json;
use crate::show::{mark, plain::plain, table::Table};
use app::api::actions::{Field, Form};

/// Prints the form.
pub fn print(form: &Form, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(form);
    }
    println!("{}  {}", mark::bold(&plain(&form.label)), plain(&form.scheduler));
    let mut table = Table::default();
    rows(&form.fields, &mut table);
    table.lines().iter().for_each(|line| println!("{line}"));
    for other in form.choices.iter().filter(|other| other.scheduler != form.scheduler) {
        println!(
            "Also, with --scheduler: {}  {}",
            plain(&other.scheduler),
            plain(&other.label)
        );
    }
    if let Some(page) = &form.page {
        println!("The whole form: {}", plain(page));
    }
    Ok(())
}

fn rows(fields: &[Field], table: &mut Table) {
    for field in fields {
        if field.kind == "nested" {
            rows(&field.fields, table);
        } else if !field.hide {
            table.row([plain(&field.full_name), kind(field), default(field), about(field)]);
        }
    }
}

fn kind(field: &Field) -> String {
    let mut words = vec![match field.kind.as_str() {
        "list" if field.strict => plain(&format!("one of {}", field.choices.join(", "))),
        "list" | "inherit" => plain(&format!("text, or one of {}", field.choices.join(", "))),
        "file" => "@FILE".to_owned(),
        "unknown" => "only in a browser".to_owned(),
        other => plain(other),
    }];
    words.extend(field.multiple.then(|| "several times".to_owned()));
    words.extend(field.required.then(|| "required".to_owned()));
    words.join(", ")
}

fn default(field: &Field) -> String {
    match field.default.is_empty() {
        true => String::new(),
        false => plain(&format!("= {}", field.default)),
    }
}

fn about(field: &Field) -> String {
    let label = field.label.trim_end_matches(':');
    let label = if label == field.full_name { "" } else { label };
    plain([label, &field.tooltip].join("  ").trim())
}
