//! CVS (B-130; S-026, S-029, S-030). A revision is a point in time: a text that CVS reads, or seconds since 1970.

use super::checkout::{Checkout, Program, SourceError, good};
use super::date;
use super::folder::split;
use model::config::CvsSource;

/// Checks out into `folder`, which is not there.
pub async fn check_out(at: &mut Checkout<'_, '_>, cvs: &CvsSource, folder: &str) -> Result<(), SourceError> {
    log_in(at, cvs, folder).await?;
    let (above, name) = split(folder);
    let mut words = command(at, cvs, &["-z3", "checkout", "-d", name]);
    words.extend(whence(at));
    words.extend(cvs.extra_options.iter().cloned());
    words.push(at.wanted.module.clone());
    run(at, above, &words).await
}

/// Brings the tree to the wanted time.
pub async fn update(at: &mut Checkout<'_, '_>, cvs: &CvsSource, folder: &str) -> Result<(), SourceError> {
    log_in(at, cvs, folder).await?;
    let mut words = command(at, cvs, &["-z3", "update", "-dP", "-A"]);
    words.extend(whence(at));
    run(at, folder, &words).await
}

/// Removes what is neither tracked nor ignored, and changed files, which the update brings back. CVS itself would leave
/// copies of them. It never tells what a `.cvsignore` ignores.
pub async fn clean(at: &mut Checkout<'_, '_>, cvs: &CvsSource, folder: &str) -> Result<(), SourceError> {
    log_in(at, cvs, folder).await?;
    let words = command(at, cvs, &["-n", "-q", "update"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some(said) = at.said(folder, &words).await? else {
        return Err(SourceError::Failed { remark: "" });
    };
    at.remove_in(folder, &gone(&said)).await
}

/// The paths that cleaning removes: unknown, changed, in conflict.
fn gone(said: &str) -> Vec<String> {
    let path = |line: &str| {
        let path = ["? ", "M ", "C "].iter().find_map(|sign| line.strip_prefix(sign))?;
        let leads_out = path.starts_with('/') || path.split('/').any(|element| element == "..");
        (!leads_out && !path.is_empty()).then(|| path.to_owned())
    };
    said.lines().filter_map(path).collect()
}

async fn log_in(at: &mut Checkout<'_, '_>, cvs: &CvsSource, folder: &str) -> Result<(), SourceError> {
    let Some(login) = &cvs.login else { return Ok(()) };
    let password = at.run.render_text("login", login).await?;
    at.hide("login", &password);
    let words = command(at, cvs, &["login"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let stdin = format!("{password}\n");
    let program = Program {
        folder: split(folder).0,
        words: &words,
        stdin: Some(&stdin),
        ..Program::default()
    };
    good(&at.program(program).await?)
}

fn command(at: &Checkout<'_, '_>, cvs: &CvsSource, words: &[&str]) -> Vec<String> {
    let mut all = vec!["cvs".to_owned(), "-d".to_owned(), at.wanted.url.clone()];
    all.extend(cvs.global_options.iter().cloned());
    all.extend(words.iter().map(|word| (*word).to_owned()));
    all
}

/// Branch and time. As a side effect notes the time as what was got: without a wanted one it is now.
fn whence(at: &mut Checkout<'_, '_>) -> Vec<String> {
    let mut words = Vec::new();
    if !matches!(at.wanted.branch.as_str(), "" | "HEAD") {
        words.extend(["-r".to_owned(), at.wanted.branch.clone()]);
    }
    if at.wanted.revision.is_empty() {
        at.got_revision = Some(date::of(at.run.clock.now().seconds()));
    } else {
        let time = time(&at.wanted.revision);
        words.extend(["-D".to_owned(), time.clone()]);
        at.got_revision = Some(time);
    }
    words
}

/// A wanted revision as CVS reads it.
fn time(revision: &str) -> String {
    match revision.trim().parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds.abs() < 1e11 => date::of(seconds as i64),
        _ => revision.to_owned(),
    }
}

async fn run(at: &mut Checkout<'_, '_>, folder: &str, words: &[String]) -> Result<(), SourceError> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    at.ok(folder, &words).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_told_as_a_date() {
        assert_eq!(time("1795269144"), "2026-11-21 13:52:24 +0000");
        assert_eq!(time("1795269144.7"), "2026-11-21 13:52:24 +0000");
        assert_eq!(time("2026-11-21 13:52:24 +0000"), "2026-11-21 13:52:24 +0000");
    }

    #[test]
    fn only_what_stands_in_the_tree_is_removed() {
        let said = "? n é\nM f\nC g\nU sub/s\nA new\n? ../out\n? /etc\n? \n? a..b\n";
        assert_eq!(gone(said), ["n é", "f", "g", "a..b"]);
    }
}
