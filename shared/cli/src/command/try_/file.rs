//! What `.buildbot/options` says, where the command line says nothing.

use super::{Connect, Try};
use crate::failure::{Failure, USAGE};
use app::tries::options::{self, Options};
use std::path::{Path, PathBuf};

/// What of the way to a master was found in a file.
#[derive(Debug, Default)]
pub struct Found {
    /// The command line itself names a master.
    pub named: bool,
    /// The master, or the host, that the file names.
    pub address: Option<String>,
}

/// Fills in from the nearest file.
pub fn fill_in(asked: &mut Try, folder: &Path) -> Result<Found, Failure> {
    let found = options::find(folder, options::home_folder().as_deref());
    for folder in &found.not_yours {
        eprintln!("Passing over {}, as you do not own it", folder.display());
    }
    let named = asked.master.is_some() || asked.host.is_some() || asked.connect.is_some();
    let Some(file) = found.options else {
        return Ok(Found { named, address: None });
    };
    let address = match file.connect.as_deref() {
        Some("ssh") => file.host.clone(),
        _ => file.master.clone().or_else(|| file.host.clone()),
    };
    take(asked, without_way(asked, file))?;
    Ok(Found { named, address })
}

/// Where the command line names a master or a machine, the way there is that one's and not the file's.
fn without_way(asked: &Try, mut file: Options) -> Options {
    let way = file.connect.as_deref();
    let other_way = match (&asked.master, &asked.host) {
        (Some(_), None) => way == Some("ssh"),
        (None, Some(_)) => way == Some("pb"),
        _ => false,
    };
    if other_way && asked.connect.is_none() {
        file.connect = None;
    }
    if asked.master.is_some() && asked.connect.is_none() {
        file.host = None;
    }
    file
}

fn take(asked: &mut Try, file: Options) -> Result<(), Failure> {
    let or = |mine: &mut Option<String>, theirs: Option<String>| {
        if mine.is_none() {
            *mine = theirs;
        }
    };
    if asked.connect.is_none() {
        asked.connect = match file.connect.as_deref() {
            Some("pb") => Some(Connect::Pb),
            Some("ssh") => Some(Connect::Ssh),
            Some(other) => {
                let words = format!("{}: '{other}' is no way to a master", file.file.display());
                return Err(Failure::new(USAGE, words).hint("try_connect is 'pb' or 'ssh'"));
            }
            None => None,
        };
    }
    or(&mut asked.master, file.master);
    or(&mut asked.username, file.username);
    or(&mut asked.passwd, file.password);
    or(&mut asked.host, file.host);
    or(&mut asked.jobdir, file.jobdir);
    or(&mut asked.ssh, file.ssh);
    or(&mut asked.buildbotbin, file.buildbotbin);
    or(&mut asked.vc, file.vc);
    or(&mut asked.branch, file.branch);
    or(&mut asked.repository, file.repository);
    or(&mut asked.topfile, file.topfile);
    or(&mut asked.who, file.who);
    or(&mut asked.comment, file.comment);
    if asked.topdir.is_none() {
        asked.topdir = file.topdir.map(PathBuf::from);
    }
    if asked.builders.is_empty() {
        asked.builders = file.builders;
    }
    asked.wait |= file.wait.unwrap_or(false);
    asked.quiet |= file.quiet.unwrap_or(false);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_of_the_command_line_is_not_reached_by_the_way_of_the_file() {
        let file = || Options {
            connect: Some("ssh".to_owned()),
            host: Some("farm".to_owned()),
            jobdir: Some("/jobs".to_owned()),
            ..Options::default()
        };
        let taken = |mut asked: Try| {
            let file = without_way(&asked, file());
            take(&mut asked, file).expect("it is understood");
            (asked.connect, asked.host)
        };
        let named = Try {
            master: Some("bundled".to_owned()),
            ..Try::default()
        };
        assert_eq!(taken(named), (None, None));
        let by_ssh = Try {
            connect: Some(Connect::Ssh),
            ..Try::default()
        };
        assert_eq!(taken(by_ssh), (Some(Connect::Ssh), Some("farm".to_owned())));
        assert_eq!(taken(Try::default()), (Some(Connect::Ssh), Some("farm".to_owned())));
    }
}
