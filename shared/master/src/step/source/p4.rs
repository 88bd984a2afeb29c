//! Perforce (B-134; S-025, S-035, S-036). The server keeps the client: which paths of the depot stand where in the tree.

use super::checkout::{Checkout, Program, SourceError, good};
use super::p4_client::{Client, specification};
use crate::step::run::Broken;
use model::config::P4Source;

/// Tells the client to the server and gets everything, whatever the server thinks is there.
pub async fn check_out(at: &mut Checkout<'_, '_>, p4: &P4Source, folder: &str) -> Result<(), SourceError> {
    at.make(folder).await?;
    sync(at, p4, folder, true).await
}

/// Tells the client to the server and gets what differs.
pub async fn update(at: &mut Checkout<'_, '_>, p4: &P4Source, folder: &str) -> Result<(), SourceError> {
    sync(at, p4, folder, false).await
}

async fn sync(at: &mut Checkout<'_, '_>, p4: &P4Source, folder: &str, all: bool) -> Result<(), SourceError> {
    let client = Client::of(at.run, p4, &at.wanted.branch, folder).await?;
    if p4.use_tickets {
        let password = at.run.render_text("p4passwd", &p4.p4passwd).await?;
        at.hide("p4passwd", &password);
        told(at, p4, &client, folder, &["login"], &format!("{password}\n")).await?;
    }
    told(at, p4, &client, folder, &["client", "-i"], &specification(&client)).await?;
    let mut what = format!("//{}/...", client.name);
    if !at.wanted.revision.is_empty() {
        what.push('@');
        what.push_str(&at.wanted.revision);
    }
    let words: &[&str] = if all { &["sync", "-f", &what] } else { &["sync", &what] };
    told(at, p4, &client, folder, words, "").await
}

/// The number of the newest change that is in the tree.
pub async fn revision(at: &mut Checkout<'_, '_>, p4: &P4Source, folder: &str) -> Result<Option<String>, SourceError> {
    let client = Client::of(at.run, p4, &at.wanted.branch, folder).await?;
    let have = format!("//{}/...#have", client.name);
    let words = command(at, p4, &client, &["changes", "-m1", &have]).await?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = at.said(folder, &words).await?;
    Ok(said.and_then(|said| {
        let number = said.trim_start().strip_prefix("Change ")?.split_whitespace().next()?;
        number
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| number.to_owned())
    }))
}

/// Runs p4 with this text for its standard input.
async fn told(
    at: &mut Checkout<'_, '_>,
    p4: &P4Source,
    client: &Client,
    folder: &str,
    words: &[&str],
    stdin: &str,
) -> Result<(), SourceError> {
    let words = command(at, p4, client, words).await?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let program = Program {
        folder,
        words: &words,
        stdin: (!stdin.is_empty()).then_some(stdin),
        ..Program::default()
    };
    good(&at.program(program).await?)
}

async fn command(
    at: &mut Checkout<'_, '_>,
    p4: &P4Source,
    client: &Client,
    words: &[&str],
) -> Result<Vec<String>, Broken> {
    let mut all = vec![p4.p4bin.clone(), "-p".to_owned(), at.wanted.url.clone()];
    if !client.user.is_empty() {
        all.extend(["-u".to_owned(), client.user.clone()]);
    }
    let password = at.run.render_text("p4passwd", &p4.p4passwd).await?;
    if !password.is_empty() && !p4.use_tickets {
        at.hide("p4passwd", &password);
        all.extend(["-P".to_owned(), password]);
    }
    all.extend(["-c".to_owned(), client.name.clone()]);
    all.extend(p4.p4extra_args.iter().cloned());
    all.extend(words.iter().map(|word| (*word).to_owned()));
    Ok(all)
}
