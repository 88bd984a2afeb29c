//! The command line: `outpost-desktop [--profile NAME] [PAGE]`.

use crate::place::{NoPlace, Place};
use std::ffi::OsString;
use std::path::PathBuf;

/// What `--help` says.
pub const HELP: &str = "The window of Outpost.

Usage: outpost-desktop [--profile NAME] [PAGE]

PAGE is a path such as /builders/3/builds/7; the window that is open already goes there.
Outpost itself is started when it does not run.

  --profile NAME   another set of configuration and state (also: OUTPOST_PROFILE)
  --version, -V    print the version
  --help, -h       print this

OUTPOST_HOME moves everything below one folder.";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Arguments {
    /// A window on a page.
    Show {
        /// Whose.
        place: Place,
        /// A path of the front end, beginning with `/`.
        page: String,
    },
    /// `--help`.
    Help,
    /// `--version`.
    Version,
}

/// What of the process's surroundings counts.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `OUTPOST_PROFILE`.
    pub profile: Option<String>,
    /// `OUTPOST_HOME`.
    pub home: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process; what is empty counts as absent.
    pub fn of_process() -> Surroundings {
        let set = |name| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
        Surroundings {
            profile: set("OUTPOST_PROFILE").map(|value| value.to_string_lossy().into_owned()),
            home: set("OUTPOST_HOME").map(PathBuf::from),
        }
    }
}

/// Why the arguments cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadArguments {
    /// An option that there is not, or one without its value.
    #[error("'{0}' is not an option here, or lacks its value: see outpost-desktop --help")]
    Option(String),
    /// Not a path of the front end.
    #[error("'{0}' is no page: a page is a path such as /builders/3")]
    Page(String),
    /// The profile or its folders.
    #[error(transparent)]
    Place(#[from] NoPlace),
}

/// Reads the arguments, without the program's own name.
pub fn read(arguments: impl Iterator<Item = String>, surroundings: &Surroundings) -> Result<Arguments, BadArguments> {
    let mut profile = surroundings.profile.clone();
    let mut page = None;
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(Arguments::Help),
            "--version" | "-V" => return Ok(Arguments::Version),
            "--profile" => profile = Some(arguments.next().ok_or(BadArguments::Option(argument))?),
            option if option.starts_with("--profile=") => {
                profile = option.split_once('=').map(|(_, name)| name.to_owned())
            }
            option if option.starts_with('-') || page.is_some() => return Err(BadArguments::Option(argument)),
            _ => page = Some(checked(argument)?),
        }
    }
    let place = Place::of_profile(profile.as_deref().unwrap_or("default"), surroundings.home.as_deref())?;
    let page = page.unwrap_or_else(|| "/".to_owned());
    Ok(Arguments::Show { place, page })
}

/// A path of the front end and nothing else: it becomes a part of an address.
pub fn checked(page: String) -> Result<String, BadArguments> {
    let harmless = |c: char| c.is_ascii_graphic() && !"\"'<>\\`{}|^".contains(c);
    let good = page.starts_with('/') && !page.starts_with("//") && page.len() <= 2048 && page.chars().all(harmless);
    if good { Ok(page) } else { Err(BadArguments::Page(page)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn read_words(words: &[&str], surroundings: &Surroundings) -> Result<Arguments, BadArguments> {
        read(words.iter().map(|word| (*word).to_owned()), surroundings)
    }

    fn at(home: &str) -> Surroundings {
        Surroundings {
            profile: None,
            home: Some(home.into()),
        }
    }

    #[test]
    fn a_page_and_a_profile() {
        let read = read_words(&["--profile", "team", "/builders/3/builds/7?line=4"], &at("/h")).unwrap();
        let place = Place::of_profile("team", Some(Path::new("/h"))).unwrap();
        let page = "/builders/3/builds/7?line=4".to_owned();
        assert_eq!(read, Arguments::Show { place, page });
    }

    #[test]
    fn the_option_wins_over_the_environment() {
        let surroundings = Surroundings {
            profile: Some("one".into()),
            ..at("/h")
        };
        let Arguments::Show { place, page } = read_words(&["--profile=two"], &surroundings).unwrap() else {
            panic!("a window was asked for")
        };
        assert_eq!(place.socket, Path::new("/h/run/two.sock"));
        assert_eq!(page, "/");
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for bad in [
            "builders",
            "//example.org/",
            "/a\nb",
            "/<script>",
            "https://example.org/",
            "/a b",
        ] {
            assert!(read_words(&[bad], &at("/h")).is_err(), "{bad:?}");
        }
        assert!(read_words(&["--profil", "x"], &at("/h")).is_err());
        assert!(read_words(&["/a", "/b"], &at("/h")).is_err());
        assert!(read_words(&["--profile", "../x"], &at("/h")).is_err());
    }
}
