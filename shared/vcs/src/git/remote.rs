//! Reading a remote repository through the person's own `git`: its branches by `ls-remote`, and what is new in them by
//! a fetch into a bare copy of our own.

use super::command::Git;
use super::error::GitError;
use super::location;
use super::places;
use super::reader::{Reader, Refs};
use super::seen::Seen;
use model::config::Branches;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

const HEADS: &str = "refs/heads/";
/// Prints what the environment holds when git asks for a credential.
const CREDENTIAL_HELPER: &str = r#"!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "$OUTPOST_GIT_USERNAME" "$OUTPOST_GIT_PASSWORD"; }; f"#;

/// A remote repository and its copy.
pub(crate) struct Remote {
    location: location::Remote,
    cache: PathBuf,
    git: Git,
    fetch_within: Duration,
    branches: Branches,
}

impl Remote {
    /// `cache` is the folder of the copy, for this remote alone; made when first needed.
    pub(crate) fn new(
        location: location::Remote,
        cache: PathBuf,
        git: &Git,
        fetch_within: Duration,
        branches: Branches,
    ) -> Remote {
        let why = format!("{} is read through it", location.url);
        let mut git = git
            .about(&location.url, &why, location.secret.as_ref())
            .with_variable("GIT_DIR", &cache)
            .with_setting("remote.origin.url", &location.url)
            // The copy is ours: no hooks of the person's, and nothing left running behind.
            .with_setting("core.hooksPath", if cfg!(windows) { "NUL" } else { "/dev/null" })
            .with_setting("gc.autoDetach", "false")
            .with_setting("maintenance.autoDetach", "false")
            .with_setting("http.lowSpeedLimit", "1000")
            .with_setting("http.lowSpeedTime", "60");
        if let Some(secret) = location.secret.as_ref().filter(|secret| secret.fits_in_lines()) {
            git = git
                .with_variable("OUTPOST_GIT_USERNAME", &secret.username)
                .with_variable("OUTPOST_GIT_PASSWORD", &secret.password)
                // What the configuration says goes before the helpers of the person's.
                .with_setting("credential.helper", "")
                .with_setting("credential.helper", CREDENTIAL_HELPER);
        }
        Remote {
            location,
            cache,
            git,
            fetch_within,
            branches,
        }
    }

    /// The remote's branches now, with their commits at hand in the copy.
    pub(crate) fn read(&self, seen: Option<&Seen>) -> Result<(Refs, Reader), GitError> {
        let git = self.git.unasking();
        let mut refs = self.list(&git, seen)?;
        self.make_cache(&git, &refs)?;
        let wanted = self.wanted(&refs);
        let reader = Reader::open(&self.cache, &git)?;
        let present = reader.refs(std::iter::empty())?;
        let is_current = |name: &String| present.branches.get(name) == refs.branches.get(name);
        if wanted.iter().all(is_current) {
            return Ok((refs, reader));
        }
        self.fetch(&git, &wanted)?;
        // The remote may have moved on since it was asked: what was fetched is what counts.
        let reader = Reader::open(&self.cache, &git)?;
        let mut fetched = reader.refs(std::iter::empty())?;
        refs.branches
            .retain(|name, _| !wanted.contains(name) || fetched.branches.contains_key(name));
        for (name, tip) in &mut refs.branches {
            if let Some(now) = fetched.branches.remove(name).filter(|_| wanted.contains(name)) {
                *tip = now;
            }
        }
        Ok((refs, reader))
    }

    fn list(&self, git: &Git, seen: Option<&Seen>) -> Result<Refs, GitError> {
        let named = |names: &[String]| names.iter().map(|name| format!("{HEADS}{name}")).collect();
        let patterns: Vec<String> = match &self.branches {
            Branches::All => vec![format!("{HEADS}*")],
            Branches::Named(names) => named(names),
            Branches::Default => {
                let usual = ["main", "master"]
                    .into_iter()
                    .chain(seen.and_then(Seen::default_branch));
                named(&usual.map(str::to_owned).collect::<Vec<_>>())
            }
        };
        let mut arguments = vec!["ls-remote", "--symref", "origin", "HEAD"];
        arguments.extend(patterns.iter().map(String::as_str));
        // Asked from a folder that exists; the copy may not yet.
        Ok(listed(&git.text(&arguments)?))
    }

    /// The branches to have in the copy.
    fn wanted(&self, refs: &Refs) -> Vec<String> {
        let exists = |name: &&String| refs.branches.contains_key(*name);
        match &self.branches {
            Branches::All => refs.branches.keys().cloned().collect(),
            Branches::Named(names) => names.iter().filter(exists).cloned().collect(),
            Branches::Default => refs
                .default_branch(None)
                .into_iter()
                .filter(|name| exists(&name))
                .collect(),
        }
    }

    /// Makes the copy if there is none, or none of the remote's kind of hash.
    fn make_cache(&self, git: &Git, refs: &Refs) -> Result<(), GitError> {
        let unusable = |error: std::io::Error| GitError::Cache {
            path: self.cache.clone(),
            reason: error.to_string(),
        };
        let is_sha_256 = refs.branches.values().next().map(|tip| tip.len() == 64);
        if places::folders(&self.cache).is_some() {
            let settings = std::fs::read_to_string(self.cache.join("config")).map_err(unusable)?;
            if is_sha_256.is_none_or(|wanted| wanted == settings.contains("sha256")) {
                return Ok(());
            }
            std::fs::remove_dir_all(&self.cache).map_err(unusable)?;
        }
        std::fs::create_dir_all(&self.cache).map_err(unusable)?;
        let format = match is_sha_256 {
            Some(true) => "--object-format=sha256",
            _ => "--object-format=sha1",
        };
        let git = git.clone().with_variable("GIT_DEFAULT_REF_FORMAT", "files");
        git.run(&["init", "--quiet", "--bare", "--template=", format], None)?;
        Ok(())
    }

    fn fetch(&self, git: &Git, wanted: &[String]) -> Result<(), GitError> {
        let refspec = |name: &String| format!("+{HEADS}{name}:{HEADS}{name}");
        let refspecs = match &self.branches {
            Branches::All => vec![format!("+{HEADS}*:{HEADS}*")],
            _ => wanted.iter().map(refspec).collect(),
        };
        let mut arguments = vec![
            "fetch",
            "--quiet",
            "--no-tags",
            "--prune",
            "--no-recurse-submodules",
            "origin",
        ];
        arguments.extend(refspecs.iter().map(String::as_str));
        let mut git = git.clone();
        git.limit = self.fetch_within;
        git.run(&arguments, None)?;
        Ok(())
    }

    /// The address, without secrets.
    pub(crate) fn url(&self) -> &str {
        &self.location.url
    }

    /// The folder of the copy.
    pub(crate) fn cache(&self) -> &Path {
        &self.cache
    }
}

/// Reads what `ls-remote --symref` prints: `ref: NAME<tab>HEAD` and `HASH<tab>NAME`.
fn listed(text: &str) -> Refs {
    let mut refs = Refs {
        bare: true,
        ..Refs::default()
    };
    let mut head_tip = None;
    let mut branches = BTreeMap::new();
    for (value, name) in text.lines().filter_map(|line| line.split_once('\t')) {
        if let Some(target) = value.strip_prefix("ref: ") {
            if name == "HEAD" {
                refs.head = target.strip_prefix(HEADS).map(str::to_owned);
            }
        } else if name == "HEAD" {
            head_tip = Some(value.to_owned());
        } else if let Some(branch) = name.strip_prefix(HEADS) {
            branches.insert(branch.to_owned(), value.to_owned());
        }
    }
    if let (Some(head), Some(tip)) = (&refs.head, head_tip) {
        branches.entry(head.clone()).or_insert(tip);
    }
    refs.branches = branches;
    refs
}
