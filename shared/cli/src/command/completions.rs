//! `outpost completions SHELL` and `outpost man`

use crate::arguments::Arguments;
use crate::failure::Failure;
use clap::CommandFactory;

/// Prints completions.
pub fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Arguments::command(), "outpost", &mut std::io::stdout());
}

/// Prints the manual page.
pub fn man() -> Result<(), Failure> {
    Ok(clap_mangen::Man::new(Arguments::command()).render(&mut std::io::stdout())?)
}
