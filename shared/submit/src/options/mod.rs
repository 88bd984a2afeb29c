//! `.buildbot/options`: what a team tells `buildbot try` in a repository (`try-and-sendchange` §5).
//!
//! The file is Python. Assignments of plain texts, numbers, truths and lists of texts are understood; nothing is run, and
//! what was not understood is told.

mod find;
mod literal;

pub use find::{Found, find, home_folder};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a file says of a try. Absent is what it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The file.
    pub file: PathBuf,
    /// `pb` or `ssh`.
    pub connect: Option<String>,
    /// `host:port` of its Perspective Broker port.
    pub master: Option<String>,
    /// Name of the `Try_Userpass` user, or of the ssh user.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The ssh host.
    pub host: Option<String>,
    /// The job folder over there.
    pub jobdir: Option<String>,
    /// Words that run ssh.
    pub ssh: Option<String>,
    /// The program over there.
    pub buildbotbin: Option<String>,
    /// Names of builders.
    pub builders: Vec<String>,
    /// Version control system.
    pub vc: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// Repository.
    pub repository: Option<String>,
    /// Top of the tree.
    pub topdir: Option<String>,
    /// A file that only the top of the tree has.
    pub topfile: Option<String>,
    /// Who sends.
    pub who: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Wait for the builds.
    pub wait: Option<bool>,
    /// Print less.
    pub quiet: Option<bool>,
    /// Lines that were not understood, from 1.
    pub skipped: Vec<usize>,
}

/// A value that a line gives to a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `'text'`
    Text(String),
    /// `8031`
    Number(i64),
    /// `True`
    Truth(bool),
    /// `['a', 'b']` or `('a', 'b')`
    Texts(Vec<String>),
    /// `None`
    Nothing,
}

/// Reads the text of a file.
pub fn parse(file: &Path, text: &str) -> Options {
    let (values, skipped) = assignments(text);
    let text = |names: &[&str]| names.iter().find_map(|name| as_text(values.get(*name)?));
    let truth = |name: &str| as_truth(values.get(name)?);
    Options {
        file: file.to_owned(),
        connect: text(&["try_connect"]),
        master: text(&["try_master", "masterstatus", "try_masterstatus", "master"]),
        username: text(&["try_username"]),
        password: text(&["try_passwd", "try_password"]),
        host: text(&["try_host"]),
        jobdir: text(&["try_jobdir", "try_dir"]),
        ssh: text(&["try_ssh"]),
        buildbotbin: text(&["try_buildbotbin"]),
        builders: values.get("try_builders").map(as_texts).unwrap_or_default(),
        vc: text(&["try_vc"]),
        branch: text(&["try_branch"]),
        repository: text(&["try_repository"]),
        topdir: text(&["try_topdir"]),
        topfile: text(&["try_topfile"]),
        who: text(&["try_who"]),
        comment: text(&["try_comment"]),
        wait: truth("try_wait"),
        quiet: truth("try_quiet"),
        skipped,
    }
}

/// What names are given, the last one counting as in Python, and the lines that are no plain assignments.
pub fn assignments(text: &str) -> (BTreeMap<String, Value>, Vec<usize>) {
    let mut values = BTreeMap::new();
    let mut skipped = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let before = rest;
        match literal::statement(rest) {
            literal::Statement::Assigns(name, value, after) => {
                values.insert(name, value);
                rest = after;
            }
            literal::Statement::Blank(after) => rest = after,
            literal::Statement::Other(after) => {
                skipped.push(line);
                rest = after;
            }
        }
        line += before[..before.len() - rest.len()].matches('\n').count();
    }
    (values, skipped)
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn as_truth(value: &Value) -> Option<bool> {
    match value {
        Value::Truth(truth) => Some(*truth),
        Value::Number(number) => Some(*number != 0),
        _ => None,
    }
}

fn as_texts(value: &Value) -> Vec<String> {
    match value {
        Value::Texts(texts) => texts.clone(),
        Value::Text(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}
