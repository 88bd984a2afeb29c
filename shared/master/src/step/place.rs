//! Paths that steps name on the master.

use super::run::{Broken, StepRun};
use model::LogKind;
use model::config::Render;
use std::path::{Component, Path, PathBuf};

/// A path on the master: `~` is the home folder, a relative path begins at the master's own. One that a build's values
/// lead out of there by `..` is used, since it may be meant, and logged.
pub async fn on_master(run: &mut StepRun<'_>, what: &str, value: &Render) -> Result<PathBuf, Broken> {
    let text = run.render_text(what, value).await?;
    if text.is_empty() {
        return Err(Broken::Failed(format!("the step has no {what}; give it a path")));
    }
    let path = expand(&text);
    let fixed = matches!(value, Render::Const(_));
    if !fixed && leads_up(&path) {
        let path = run.context.hidden.redact(&text);
        let builder = &run.builder.config.name;
        tracing::warn!(
            builder,
            step = run.name,
            what,
            path,
            "a path made of a build's values leads upwards"
        );
        let line = format!("{what} leads out of the master's folder: {path}\n");
        run.add_to_log(super::STDIO, LogKind::Stdio, 'h', &line).await?;
    }
    Ok(run.folder.join(path))
}

/// Whether `..` take it above where it begins; in an absolute path any of them counts.
fn leads_up(path: &Path) -> bool {
    let mut depth = 0_i64;
    path.components().any(|part| {
        match part {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) if !path.is_absolute() => depth += 1,
            _ => {}
        }
        depth < 0
    })
}

fn expand(text: &str) -> PathBuf {
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => match home() {
            Some(home) => home.join(rest.trim_start_matches('/')),
            None => text.into(),
        },
        _ => text.into(),
    }
}

/// The last word of a path of either system, for the step's text.
pub fn last_word(path: &str) -> &str {
    let path = path.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A path for messages: without the master's folder where that is its beginning.
pub fn shown(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ones_own_home_is_meant_by_a_tilde() {
        assert_eq!(expand("a/b"), Path::new("a/b"));
        assert_eq!(expand("~ada/b"), Path::new("~ada/b"));
        if let Some(home) = std::env::home_dir() {
            assert_eq!(expand("~"), home);
            assert_eq!(expand("~/b"), home.join("b"));
        }
    }

    #[test]
    fn what_leads_up_is_known() {
        for path in ["../a", "a/../../b", "..", "/a/../b"] {
            assert!(leads_up(Path::new(path)), "{path}");
        }
        for path in ["a", "a/../b", "/a/b", "./a", "a..b"] {
            assert!(!leads_up(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn the_last_word_is_found_on_either_system() {
        assert_eq!(last_word("a/b.txt"), "b.txt");
        assert_eq!(last_word("a/b/"), "b");
        assert_eq!(last_word(r"c:\out\b.exe"), "b.exe");
        assert_eq!(last_word("b"), "b");
        assert_eq!(last_word(""), "");
    }
}
