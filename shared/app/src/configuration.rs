//! The configuration's folder: reading it safely, trying a change, applying it all or not at all, going back.
//!
//! Text is evaluated first in a child process under limits; the resident evaluates only what the child passed.
//! A bad file never replaces a good one. What a change replaced is kept, so that the last change can be undone.

use crate::api::configuration::{Changed, Checked, Problem};
use crate::places::{MAIN_FILE, Places};
use config::{Limits, Options, Severity, Status};
use model::config::{MasterConfig, WorkerConfig};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// How many changes can be undone, one after the other.
const HISTORY: usize = 20;

/// The largest folder that is copied to try a change, and the deepest: a configuration is text.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
const MOST_DEPTH: usize = 8;

/// A file to write, or to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Relative to the folder.
    pub file: String,
    /// `None` removes it.
    pub text: Option<String>,
}

/// What the files say.
#[derive(Debug)]
pub struct Loaded {
    /// `None` when there are errors.
    pub config: Option<MasterConfig>,
    /// Errors and warnings.
    pub problems: Vec<Problem>,
}

/// Why the folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// A path that leaves the folder, or is none of its.
    #[error("'{0}' is no file of the configuration: name one below its folder, without '..'")]
    Outside(String),
    /// Too much to copy.
    #[error("{0} holds more than a configuration does; keep data and repositories out of it")]
    TooLarge(PathBuf),
    /// There is nothing to go back to.
    #[error("there is no earlier configuration to go back to")]
    NothingToUndo,
}

/// The folder of one profile.
#[derive(Debug)]
pub struct ConfigurationFolder {
    folder: PathBuf,
    history: PathBuf,
    good: PathBuf,
    scratch: PathBuf,
    /// The program that evaluates in a child: this one.
    program: PathBuf,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
    /// One copy of the good files at a time: a change that was made here is also seen from outside.
    keeping: std::sync::Mutex<()>,
}

impl ConfigurationFolder {
    /// The folder of `places`, checked by children of `program`.
    pub fn new(places: &Places, program: PathBuf) -> ConfigurationFolder {
        ConfigurationFolder {
            folder: places.configuration.clone(),
            history: places.data.join("configuration-history"),
            good: places.data.join("configuration-good"),
            scratch: places.cache().join("configuration-check"),
            program,
            changing: tokio::sync::Mutex::new(()),
            keeping: std::sync::Mutex::new(()),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether anything was configured.
    pub fn exists(&self) -> bool {
        self.folder.join(MAIN_FILE).is_file()
    }

    /// Evaluates what is on disk; without a main file, what works without one.
    pub async fn load(&self) -> Loaded {
        if !self.exists() {
            return Loaded {
                config: Some(unconfigured()),
                problems: Vec::new(),
            };
        }
        evaluate(&self.program, &self.folder).await
    }

    /// As [`ConfigurationFolder::load`] for a start: when there are errors, the last good configuration with them.
    ///
    /// Text that is the last good one has passed the child before, and is evaluated at once: a start is quick.
    pub async fn load_for_start(&self) -> (MasterConfig, Vec<Problem>) {
        if self.is_last_good() {
            let folder = self.folder.clone();
            let here = tokio::task::spawn_blocking(move || evaluate_here(&folder)).await;
            if let Ok(Loaded {
                config: Some(config),
                problems,
            }) = here
            {
                return (config, problems);
            }
        }
        let loaded = self.load().await;
        match loaded.config {
            Some(config) => {
                if let Err(error) = self.keep_as_good() {
                    tracing::warn!("the configuration cannot be kept as the last good one: {error}");
                }
                (config, loaded.problems)
            }
            None => {
                let kept = self.good.join(MAIN_FILE).is_file();
                let good = if kept {
                    evaluate(&self.program, &self.good).await.config
                } else {
                    None
                };
                (good.unwrap_or_else(unconfigured), loaded.problems)
            }
        }
    }

    /// Whether the files are, byte for byte, those that were last found good.
    fn is_last_good(&self) -> bool {
        let text = |folder: &Path| -> Result<BTreeMap<PathBuf, Vec<u8>>, FolderError> {
            let mut files = BTreeMap::new();
            walk(folder, 0, &mut 0, &mut |path| {
                let bytes = std::fs::read(path).map_err(|error| io(path, error))?;
                files.insert(path.strip_prefix(folder).unwrap_or(path).to_owned(), bytes);
                Ok(())
            })?;
            Ok(files)
        };
        match (text(&self.folder), text(&self.good)) {
            (Ok(now), Ok(good)) => now == good && now.contains_key(Path::new(MAIN_FILE)),
            _ => false,
        }
    }

    /// Keeps a copy of the files, which were found good, for a start at which they are not.
    pub fn keep_as_good(&self) -> Result<(), FolderError> {
        if !self.exists() {
            return Ok(());
        }
        let _one = self.keeping.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let new = self.good.with_extension("new");
        drop(std::fs::remove_dir_all(&new));
        self.copy_to(&new)?;
        drop(std::fs::remove_dir_all(&self.good));
        std::fs::rename(&new, &self.good).map_err(|error| io(&self.good, error))
    }

    fn copy_to(&self, target: &Path) -> Result<(), FolderError> {
        let mut bytes = 0;
        walk(&self.folder, 0, &mut bytes, &mut |path| {
            let copy = target.join(path.strip_prefix(&self.folder).unwrap_or(path));
            make_parent(&copy)?;
            std::fs::copy(path, &copy).map(drop).map_err(|error| io(path, error))
        })
    }

    /// Evaluates what would be on disk after `edits`, without touching it.
    pub async fn try_edits(&self, edits: &[Edit]) -> Result<Loaded, FolderError> {
        let _one = self.changing.lock().await;
        self.evaluate_with(edits).await
    }

    /// Makes the edits if the result is good. The caller takes the configuration into use.
    pub async fn apply(&self, edits: &[Edit]) -> Result<Loaded, FolderError> {
        let _one = self.changing.lock().await;
        let tried = self.evaluate_with(edits).await?;
        if tried.config.is_none() {
            return Ok(tried);
        }
        self.remember(edits)?;
        for edit in edits {
            self.write(edit)?;
        }
        Ok(self.load().await)
    }

    /// Takes back the last change that was applied, if the result is good.
    pub async fn undo(&self) -> Result<Loaded, FolderError> {
        let _one = self.changing.lock().await;
        let last = self.remembered()?.pop().ok_or(FolderError::NothingToUndo)?;
        let text = std::fs::read_to_string(&last).map_err(|error| io(&last, error))?;
        let edits: BTreeMap<String, Option<String>> =
            serde_json::from_str(&text).map_err(|error| io(&last, error.into()))?;
        let edits: Vec<Edit> = edits.into_iter().map(|(file, text)| Edit { file, text }).collect();
        let tried = self.evaluate_with(&edits).await?;
        if tried.config.is_none() {
            return Ok(tried);
        }
        for edit in &edits {
            self.write(edit)?;
        }
        std::fs::remove_file(&last).map_err(|error| io(&last, error))?;
        Ok(self.load().await)
    }

    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        self.remembered().is_ok_and(|changes| !changes.is_empty())
    }

    /// Its files, the main one first.
    pub fn files(&self) -> Result<Vec<String>, FolderError> {
        let mut files = Vec::new();
        if self.folder.is_dir() {
            let mut bytes = 0;
            walk(&self.folder, 0, &mut bytes, &mut |path| {
                if let Ok(below) = path.strip_prefix(&self.folder) {
                    files.push(below.to_string_lossy().into_owned());
                }
                Ok(())
            })?;
        }
        files.sort_by_key(|file| (file != MAIN_FILE, file.clone()));
        Ok(files)
    }

    /// A file's text; nothing when it does not exist.
    pub fn text(&self, file: &str) -> Result<Option<String>, FolderError> {
        let path = self.path_of(file)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io(&path, error)),
        }
    }

    async fn evaluate_with(&self, edits: &[Edit]) -> Result<Loaded, FolderError> {
        std::fs::create_dir_all(&self.scratch).map_err(|error| io(&self.scratch, error))?;
        let copy = Scratch::new(&self.scratch)?;
        if self.folder.is_dir() {
            self.copy_to(&copy.0)?;
        }
        for edit in edits {
            let below = self.path_of(&edit.file)?;
            let target = copy.0.join(below.strip_prefix(&self.folder).unwrap_or(&below));
            match &edit.text {
                Some(text) => {
                    make_parent(&target)?;
                    std::fs::write(&target, text).map_err(|error| io(&target, error))?;
                }
                None => drop(std::fs::remove_file(&target)),
            }
        }
        if !copy.0.join(MAIN_FILE).is_file() {
            return Ok(Loaded {
                config: Some(unconfigured()),
                problems: Vec::new(),
            });
        }
        Ok(evaluate(&self.program, &copy.0).await)
    }

    /// Keeps what the edits replace.
    fn remember(&self, edits: &[Edit]) -> Result<(), FolderError> {
        std::fs::create_dir_all(&self.history).map_err(|error| io(&self.history, error))?;
        let mut before = BTreeMap::new();
        for edit in edits {
            before.insert(edit.file.clone(), self.text(&edit.file)?);
        }
        let known = self.remembered()?;
        let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
        let next = known.last().and_then(number).unwrap_or(0) + 1;
        let path = self.history.join(format!("{next:08}.json"));
        let text = serde_json::to_string(&before).map_err(|error| io(&path, error.into()))?;
        std::fs::write(&path, text).map_err(|error| io(&path, error))?;
        for old in known.iter().take((known.len() + 1).saturating_sub(HISTORY)) {
            std::fs::remove_file(old).map_err(|error| io(old, error))?;
        }
        Ok(())
    }

    /// What can be taken back, oldest first.
    fn remembered(&self) -> Result<Vec<PathBuf>, FolderError> {
        let mut changes = Vec::new();
        match std::fs::read_dir(&self.history) {
            Ok(entries) => changes.extend(entries.flatten().map(|entry| entry.path())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(&self.history, error)),
        }
        changes.sort();
        Ok(changes)
    }

    fn write(&self, edit: &Edit) -> Result<(), FolderError> {
        let path = self.path_of(&edit.file)?;
        let Some(text) = &edit.text else {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(&path, error)),
                _ => Ok(()),
            };
        };
        make_parent(&path)?;
        // A reader sees the old file or the new one, also after a power cut.
        let new = path.with_extension("star.new");
        let written = std::fs::File::create(&new).and_then(|mut file| {
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.sync_all()
        });
        written
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|error| io(&path, error))
    }

    fn path_of(&self, file: &str) -> Result<PathBuf, FolderError> {
        let below = Path::new(file);
        let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        if file.is_empty() || !plain {
            Err(FolderError::Outside(file.to_owned()))
        } else {
            Ok(self.folder.join(below))
        }
    }
}

/// What runs without any configuration: this machine as a worker, and nothing to build.
pub fn unconfigured() -> MasterConfig {
    MasterConfig {
        title: "My desk".to_owned(),
        workers: vec![WorkerConfig {
            name: "local".to_owned(),
            local: true,
            max_builds: Some(2),
            ..WorkerConfig::default()
        }],
        ..MasterConfig::default()
    }
}

/// Checks in a child, and evaluates here what the child passed.
async fn evaluate(program: &Path, folder: &Path) -> Loaded {
    let (program, folder) = (program.to_owned(), folder.to_owned());
    let work = move || {
        let report = config::check_in_child(&program, &folder, MAIN_FILE, &Options::default(), &Limits::default());
        let problems: Vec<Problem> = report.problems.iter().map(problem_row).collect();
        if problems.iter().any(|problem| problem.error) {
            return Loaded { config: None, problems };
        }
        evaluate_here(&folder)
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Loaded {
        config: None,
        problems: vec![Problem {
            error: true,
            file: MAIN_FILE.to_owned(),
            line: 0,
            column: 0,
            message: format!("the configuration could not be evaluated: {error}"),
            fix: None,
        }],
    })
}

/// Evaluates in this process what a child has passed.
fn evaluate_here(folder: &Path) -> Loaded {
    let evaluation = config::evaluate(folder, MAIN_FILE, &Options::default());
    let problems = evaluation.problems.iter().map(problem_row).collect();
    Loaded {
        config: evaluation.config,
        problems,
    }
}

fn problem_row(problem: &config::Problem) -> Problem {
    Problem {
        error: problem.severity == Severity::Error,
        file: problem.file.clone(),
        line: problem.line,
        column: problem.column,
        message: problem.message.clone(),
        fix: problem.fix.clone(),
    }
}

/// What differs between two configurations, and what was found.
pub(crate) fn checked(old: &MasterConfig, new: &Loaded, applied: bool) -> Checked {
    let changes = new
        .config
        .as_ref()
        .map(|config| changed(old, config))
        .unwrap_or_default();
    Checked {
        problems: new.problems.clone(),
        changes,
        applied,
    }
}

fn changed(old: &MasterConfig, new: &MasterConfig) -> Vec<Changed> {
    let diff = config::diff(old, new);
    let row = |(what, name, status): (&str, &str, Status)| Changed {
        what: what.to_owned(),
        name: name.to_owned(),
        how: match status {
            Status::Added => "added",
            Status::Removed => "removed",
            Status::Changed => "changed",
        }
        .to_owned(),
    };
    diff.entries().into_iter().map(row).collect()
}

/// A folder that goes away by itself.
struct Scratch(PathBuf);

impl Scratch {
    fn new(below: &Path) -> Result<Scratch, FolderError> {
        // One change at a time is tried, so the process tells folders apart.
        let path = below.join(std::process::id().to_string());
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).map_err(|error| io(&path, error))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Calls `found` with every plain file below `folder`; hidden ones are left out.
fn walk(
    folder: &Path,
    depth: usize,
    bytes: &mut u64,
    found: &mut impl FnMut(&Path) -> Result<(), FolderError>,
) -> Result<(), FolderError> {
    for entry in std::fs::read_dir(folder).map_err(|error| io(folder, error))? {
        let entry = entry.map_err(|error| io(folder, error))?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let facts = entry.metadata().map_err(|error| io(&path, error))?;
        if facts.is_dir() && depth < MOST_DEPTH && !is_state(&path) {
            walk(&path, depth + 1, bytes, found)?;
        } else if facts.is_file() {
            *bytes += facts.len();
            if *bytes > MOST_BYTES {
                return Err(FolderError::TooLarge(folder.to_owned()));
            }
            found(&path)?;
        }
    }
    Ok(())
}

/// A master in a folder of its own keeps its state beside its configuration.
fn is_state(path: &Path) -> bool {
    path.join("outpost.sqlite").exists()
}

fn make_parent(path: &Path) -> Result<(), FolderError> {
    match path.parent() {
        Some(parent) => std::fs::create_dir_all(parent).map_err(|error| io(parent, error)),
        None => Ok(()),
    }
}

fn io(path: &Path, error: std::io::Error) -> FolderError {
    FolderError::Io {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_keep_the_good_files_at_once_do_not_disturb_each_other() {
        let home = tempfile::TempDir::new().expect("a temporary folder");
        let places = Places::of_profile("default", Some(home.path())).expect("places");
        std::fs::create_dir_all(places.configuration.join("projects")).expect("a folder");
        std::fs::create_dir_all(&places.data).expect("a folder");
        std::fs::write(places.configuration.join(MAIN_FILE), "c = {}\n").expect("a file");
        for number in 0..20 {
            std::fs::write(places.configuration.join(format!("projects/{number}.star")), "x = 1\n").expect("a file");
        }
        let folder = ConfigurationFolder::new(&places, PathBuf::new());
        let keep = || (0..50).try_for_each(|_| folder.keep_as_good());
        std::thread::scope(|scope| {
            let other = scope.spawn(keep);
            keep().expect("kept");
            other.join().expect("no panic").expect("kept");
        });
        assert!(folder.is_last_good());
    }
}
