//! `outpost init [DIR]`

use super::{print_json, wait};
use crate::arguments::Init;
use crate::client::Client;
use crate::failure::{Failure, OTHER, USAGE};
use crate::show::mark;
use app::api::projects::{AddProject, Added, Detect, Proposal, ProposedStep};
use std::io::{BufRead, IsTerminal, Write};

/// Makes a project of a repository and builds it once.
pub async fn run(client: &Client, arguments: Init) -> Result<(), Failure> {
    let dir = arguments.dir.canonicalize().map_err(|error| {
        Failure::new(USAGE, format!("{}: {error}", arguments.dir.display())).hint("Name the folder of a repository.")
    })?;
    let detect = Detect {
        path: dir.to_string_lossy().into_owned(),
    };
    let proposal: Proposal = client.call("detect", detect).await?;
    let mut steps = if arguments.steps.is_empty() {
        proposal.steps.clone()
    } else {
        given_steps(&arguments.steps)?
    };
    let asked = std::io::stdin().is_terminal() && !arguments.yes && !arguments.dry_run && !arguments.listing.json;
    if !arguments.listing.json {
        show(&proposal, &steps);
    }
    if asked {
        steps = edit(steps)?;
    }
    if steps.is_empty() && !arguments.dry_run {
        return Err(Failure::new(OTHER, "it is not clear how to build this repository")
            .hint("Say it yourself:  outpost init --step 'build=make' --step 'test=make check'"));
    }
    let project = AddProject {
        path: proposal.path.clone(),
        name: arguments.name.unwrap_or_else(|| proposal.name.clone()),
        branch: arguments.branch.unwrap_or_else(|| proposal.branch.clone()),
        steps,
        build_now: !arguments.no_build,
    };
    if arguments.dry_run {
        return dry_run(&proposal, &project, arguments.listing.json);
    }
    let added: Added = client.call("add_project", &project).await?;
    let Some(request) = added.request else {
        if arguments.listing.json {
            return print_json(&added);
        }
        println!("Written: {}", added.file);
        return Ok(());
    };
    if !arguments.listing.json {
        println!("Written: {}\nBuilding it once …", added.file);
    }
    let page = wait::for_request(client, &app::api::bundled(), added.builder, request).await?;
    if arguments.listing.json {
        print_json(&page)?;
        return if matches!(page.mark.results, Some(0 | 1)) {
            Ok(())
        } else {
            Err(Failure::silent(crate::failure::RED))
        };
    }
    wait::report(&page)
}

fn dry_run(proposal: &Proposal, project: &AddProject, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(proposal);
    }
    println!(
        "\n{}",
        app::project_file::text(project, proposal.build_system.as_deref())
    );
    Ok(())
}

fn show(proposal: &Proposal, steps: &[ProposedStep]) {
    println!(
        "{}  {} on branch {}",
        mark::bold(&proposal.name),
        proposal.vcs,
        proposal.branch
    );
    println!(
        "{}",
        proposal
            .build_system
            .as_deref()
            .unwrap_or("No build system was recognised.")
    );
    for (number, step) in steps.iter().enumerate() {
        println!("  {}. {}: {}", number + 1, step.name, step.command);
    }
    for program in &proposal.missing {
        println!("! '{program}' is not installed on this machine");
    }
    for note in &proposal.notes {
        println!("! {note}");
    }
}

/// Lets a person change the steps: a number with a new command, a number alone to drop it, `+` to add, empty to go on.
fn edit(mut steps: Vec<ProposedStep>) -> Result<Vec<ProposedStep>, Failure> {
    loop {
        print!("Enter to go on; 'N COMMAND' changes a step, 'N' drops it, '+ [NAME=]COMMAND' adds one: ");
        std::io::stdout().flush()?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line)? == 0 {
            return Err(Failure::other("nothing was written"));
        }
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let index = word
            .parse::<usize>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .filter(|n| *n < steps.len());
        match (word, index, rest.trim()) {
            ("", _, _) => return Ok(steps),
            ("+", _, rest) if !rest.is_empty() => steps.extend(given_steps(&[rest.to_owned()])?),
            (_, Some(index), "") => drop(steps.remove(index)),
            (_, Some(index), rest) => rest.clone_into(&mut steps[index].command),
            _ => println!("There is no step '{word}'."),
        }
        for (number, step) in steps.iter().enumerate() {
            println!("  {}. {}: {}", number + 1, step.name, step.command);
        }
    }
}

/// `NAME=COMMAND` or `COMMAND`, whose first word is then its name.
fn given_steps(texts: &[String]) -> Result<Vec<ProposedStep>, Failure> {
    texts
        .iter()
        .map(|text| {
            let plain =
                |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
            let (name, command) = match text.split_once('=') {
                Some((name, command)) if plain(name) => (name, command),
                _ => (text.split_whitespace().next().unwrap_or(""), text.as_str()),
            };
            if command.trim().is_empty() {
                return Err(Failure::new(USAGE, format!("'{text}' is no step")).hint("Write it as NAME=COMMAND"));
            }
            Ok(ProposedStep {
                name: name.to_owned(),
                command: command.trim().to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_named_or_named_by_its_program() {
        let steps = given_steps(&["test=make check".to_owned(), "cargo build --features=a".to_owned()]).expect("steps");
        assert_eq!(
            steps[0],
            ProposedStep {
                name: "test".to_owned(),
                command: "make check".to_owned()
            }
        );
        assert_eq!(
            steps[1],
            ProposedStep {
                name: "cargo".to_owned(),
                command: "cargo build --features=a".to_owned()
            }
        );
        assert!(given_steps(&["test=".to_owned()]).is_err());
    }
}
