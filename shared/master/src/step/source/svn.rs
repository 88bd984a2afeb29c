//! Subversion (B-129; S-032 to S-034). The branch is part of the address.

use super::checkout::{Checkout, SourceError};
use super::tree::Cleaning;
use super::xml;
use model::config::SvnSource;

/// Checks out into `folder`, which is not there.
pub async fn check_out(at: &mut Checkout<'_, '_>, svn: &SvnSource, folder: &str) -> Result<(), SourceError> {
    let url = pegged(&at.wanted.url);
    let mut words = fetching(at, svn, "checkout").await?;
    words.extend([url, ".".to_owned()]);
    run(at, folder, &words).await
}

/// Brings the tree to the wanted revision.
pub async fn update(at: &mut Checkout<'_, '_>, svn: &SvnSource, folder: &str) -> Result<(), SourceError> {
    let words = fetching(at, svn, "update").await?;
    run(at, folder, &words).await
}

/// Copies the tree without Subversion's own folder.
pub async fn export(at: &mut Checkout<'_, '_>, svn: &SvnSource, from: &str, to: &str) -> Result<(), SourceError> {
    let mut words = command(at, svn, "export").await?;
    words.extend([from.to_owned(), to.to_owned()]);
    run(at, "", &words).await
}

/// Brings tracked files back and removes others.
pub async fn clean(
    at: &mut Checkout<'_, '_>,
    svn: &SvnSource,
    folder: &str,
    cleaning: Cleaning,
) -> Result<(), SourceError> {
    at.ok(folder, &["svn", "revert", "--non-interactive", "--recursive", "."])
        .await?;
    let mut words = vec!["svn", "status", "--non-interactive", "--xml"];
    if cleaning == Cleaning::All {
        words.push("--no-ignore");
    }
    let Some(said) = at.said(folder, &words).await? else {
        return Err(SourceError::Failed { remark: "" });
    };
    let gone: Vec<String> = untracked(&said)
        .into_iter()
        .filter(|path| !is_kept(path, &svn.keep_on_purge))
        .collect();
    at.remove_in(folder, &gone).await
}

/// The number of the revision that is checked out.
pub async fn revision(at: &mut Checkout<'_, '_>, svn: &SvnSource, folder: &str) -> Result<Option<String>, SourceError> {
    let said = at.said(folder, &["svn", "info", "--non-interactive", "--xml"]).await?;
    let tag = if svn.prefer_last_changed { "commit" } else { "entry" };
    let number = said.and_then(|said| {
        let tags = xml::tags(&said);
        let tag = tags.into_iter().find(|found| found.name == tag)?;
        tag.attribute("revision").map(str::to_owned)
    });
    Ok(number)
}

/// The words of a command that asks the server for a revision.
async fn fetching(at: &mut Checkout<'_, '_>, svn: &SvnSource, name: &str) -> Result<Vec<String>, SourceError> {
    let mut words = command(at, svn, name).await?;
    if let Some(depth) = &svn.depth {
        words.extend(["--depth".to_owned(), depth.clone()]);
    }
    if !at.wanted.revision.is_empty() {
        words.extend(["--revision".to_owned(), at.wanted.revision.clone()]);
    }
    Ok(words)
}

async fn command(at: &mut Checkout<'_, '_>, svn: &SvnSource, name: &str) -> Result<Vec<String>, SourceError> {
    let mut words: Vec<String> = ["svn", name, "--non-interactive", "--no-auth-cache"]
        .map(str::to_owned)
        .into();
    let username = at.run.render_text("username", &svn.username).await?;
    let password = at.run.render_text("password", &svn.password).await?;
    if !username.is_empty() {
        words.extend(["--username".to_owned(), username]);
    }
    if !password.is_empty() {
        at.hide("password", &password);
        words.extend(["--password".to_owned(), password]);
    }
    words.extend(svn.extra_args.iter().cloned());
    Ok(words)
}

async fn run(at: &mut Checkout<'_, '_>, folder: &str, words: &[String]) -> Result<(), SourceError> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    at.ok(folder, &words).await
}

/// Paths that Subversion does not know.
fn untracked(status: &str) -> Vec<String> {
    let mut path = None;
    let mut all = Vec::new();
    for tag in xml::tags(status) {
        match (tag.name.as_str(), tag.attribute("item")) {
            ("entry", _) => path = tag.attribute("path").map(|path| path.replace('\\', "/")),
            ("wc-status", Some("unversioned" | "ignored")) => all.extend(path.take()),
            _ => {}
        }
    }
    all
}

/// Whether a path, or something below it, is to be left alone.
fn is_kept(path: &str, kept: &[String]) -> bool {
    let below = |kept: &String| kept.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    kept.iter().any(|kept| kept == path || below(kept))
}

/// An at sign in the last element would begin a peg revision.
fn pegged(url: &str) -> String {
    let last = url.rsplit('/').next().unwrap_or_default();
    if last.contains('@') {
        format!("{url}@")
    } else {
        url.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_subversion_does_not_know_is_read_from_its_status() {
        let status = "<?xml version=\"1.0\"?>\n<status>\n<target\n   path=\".\">\n\
            <entry\n   path=\"d\">\n<wc-status\n   item=\"missing\"\n   props=\"none\">\n</wc-status>\n</entry>\n\
            <entry\n   path=\"a &amp; b/é\">\n<wc-status\n   props=\"none\"\n   item=\"unversioned\">\n</wc-status>\n</entry>\n\
            <entry path=\"x.o\"><wc-status item=\"ignored\"/></entry></target></status>";
        assert_eq!(untracked(status), ["a & b/é", "x.o"]);
    }

    #[test]
    fn what_is_kept_keeps_the_folders_above_it() {
        let kept = ["cache/big".to_owned()];
        assert!(is_kept("cache", &kept) && is_kept("cache/big", &kept));
        assert!(!is_kept("cach", &kept) && !is_kept("cache/big/small", &kept));
    }

    #[test]
    fn an_at_sign_in_a_name_is_no_peg_revision() {
        assert_eq!(pegged("svn+ssh://ada@host/repo/trunk"), "svn+ssh://ada@host/repo/trunk");
        assert_eq!(pegged("file:///repo/me@home"), "file:///repo/me@home@");
    }
}
