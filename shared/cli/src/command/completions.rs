//! `outpost completions SHELL` and `outpost man`

use crate::arguments::Arguments;
use crate::failure::{Failure, USAGE};
use clap::CommandFactory;

/// Prints completions.
pub fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Arguments::command(), "outpost", &mut std::io::stdout());
}

/// Prints the manual page of the program, or of one command.
pub fn man(command: Option<&str>) -> Result<(), Failure> {
    let program = Arguments::command();
    let page = match command {
        None => program,
        Some(name) => {
            let found = program.get_subcommands().find(|one| one.get_name() == name).cloned();
            let found = found.ok_or_else(|| {
                Failure::new(USAGE, format!("there is no command '{name}'")).hint("See:  outpost --help")
            })?;
            found
                .display_name(format!("outpost-{name}"))
                .bin_name(format!("outpost {name}"))
        }
    };
    Ok(clap_mangen::Man::new(page).render(&mut std::io::stdout())?)
}
