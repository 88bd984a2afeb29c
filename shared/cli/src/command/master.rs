//! `outpost master create|check|start|stop|restart|reconfig`

use super::print_json;
use crate::arguments::{MasterCheck, MasterCreate, MasterFolder, MasterStart, MasterStop, Run};
use crate::client::Client;
use crate::failure::{Failure, NOT_FOUND, OTHER, RED, USAGE};
use crate::{absolute, resident};
use app::api::configuration::Checked;
use app::api::{Nothing, overview};
use app::places::{MAIN_FILE, Places};
use app::project_file;
use config::{Limits, Options, Severity};
use std::path::{Path, PathBuf};

/// Makes a folder with a sample configuration. What is there already stays.
pub fn create(arguments: &MasterCreate) -> Result<(), Failure> {
    let folder = absolute(&arguments.basedir)?;
    std::fs::create_dir_all(&folder).map_err(|error| at(&folder, &error))?;
    let main = folder.join(MAIN_FILE);
    if main.exists() {
        println!("{} is there already; nothing was changed.", main.display());
        return Ok(());
    }
    std::fs::write(&main, project_file::MAIN).map_err(|error| at(&main, &error))?;
    println!(
        "Made {}.\nEdit it, check it with:  outpost master check {0}\nand start it with:  outpost master start {}",
        main.display(),
        folder.display()
    );
    Ok(())
}

/// Checks a configuration: every problem with its line. Ends with 1 when there is an error.
pub fn check(places: &Places, arguments: MasterCheck) -> Result<(), Failure> {
    let (folder, file) = match &arguments.path {
        None => (places.configuration.clone(), MAIN_FILE.to_owned()),
        Some(path) => named(&absolute(path)?)?,
    };
    if !folder.join(&file).is_file() {
        return Err(
            Failure::new(NOT_FOUND, format!("{} does not exist", folder.join(&file).display()))
                .hint("Name a folder with a master.star, or the file itself."),
        );
    }
    let program = std::env::current_exe()?;
    let report = config::check_in_child(&program, &folder, &file, &Options::default(), &Limits::default());
    let errors = report
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    if arguments.listing.json {
        print_json(&report.problems)?;
    } else {
        for problem in &report.problems {
            println!("{problem}");
        }
        let warnings = report.problems.len() - errors;
        match (errors, warnings) {
            (0, 0) => println!("{file} is good."),
            (0, n) => println!("{file} can be used, with {n} warning{}.", if n == 1 { "" } else { "s" }),
            (n, _) => println!("{file} cannot be used: {n} error{}.", if n == 1 { "" } else { "s" }),
        }
    }
    if errors > 0 { Err(Failure::silent(RED)) } else { Ok(()) }
}

fn named(path: &Path) -> Result<(PathBuf, String), Failure> {
    if path.is_dir() {
        return Ok((path.to_owned(), MAIN_FILE.to_owned()));
    }
    let parts = path.parent().zip(path.file_name());
    let (folder, file) = parts.ok_or_else(|| Failure::new(USAGE, format!("{} is no file", path.display())))?;
    Ok((folder.to_owned(), file.to_string_lossy().into_owned()))
}

/// Starts the master of a folder, in the background unless told otherwise.
pub async fn start(arguments: MasterStart) -> Result<(), Failure> {
    let places = places_of(&arguments.basedir)?;
    if !places.main_file().is_file() {
        return Err(
            Failure::new(NOT_FOUND, format!("{} has no {MAIN_FILE}", arguments.basedir.display())).hint(format!(
                "Make one with:  outpost master create {}",
                arguments.basedir.display()
            )),
        );
    }
    let run = Run {
        no_tray: true,
        port: arguments.port,
        window: false,
        demo: false,
        detach: !arguments.nodaemon,
    };
    resident::start(places, run).await
}

/// Stops it, and waits until it is gone.
pub async fn stop(arguments: MasterStop) -> Result<(), Failure> {
    let client = Client::connect(&places_of(&arguments.basedir)?).await?;
    super::quit::run(&client, arguments.clean).await
}

/// Stops it if it runs, and starts it.
pub async fn restart(arguments: MasterStart) -> Result<(), Failure> {
    let places = places_of(&arguments.basedir)?;
    if Client::is_running(&places).await {
        stop(MasterStop {
            basedir: arguments.basedir.clone(),
            clean: false,
        })
        .await?;
    }
    start(arguments).await
}

/// Reads the configuration again; builds go on. Errors leave the running one in place.
pub async fn reconfig(arguments: MasterFolder) -> Result<(), Failure> {
    let client = Client::connect(&places_of(&arguments.basedir)?).await?;
    let checked: Checked = client.call("reload_configuration", Nothing {}).await?;
    for problem in &checked.problems {
        let word = if problem.error { "error" } else { "warning" };
        println!(
            "{}:{}:{}: {word}: {}",
            problem.file, problem.line, problem.column, problem.message
        );
        if let Some(fix) = &problem.fix {
            println!("    {fix}");
        }
    }
    if !checked.applied {
        return Err(Failure::new(
            OTHER,
            "the configuration has errors; the last good one stays in use",
        ));
    }
    for change in &checked.changes {
        println!("{} {}: {}", change.what, change.name, change.how);
    }
    println!("In use.");
    Ok(())
}

/// Where the dashboard of a running master can be opened.
pub async fn link(client: &Client) -> Result<String, Failure> {
    let dashboard: overview::Dashboard = client.call("dashboard", Nothing {}).await?;
    Ok(dashboard.url)
}

fn places_of(folder: &Path) -> Result<Places, Failure> {
    Ok(Places::of_folder(&absolute(folder)?))
}

fn at(path: &Path, error: &std::io::Error) -> Failure {
    Failure::other(format!("{}: {error}", path.display()))
}
