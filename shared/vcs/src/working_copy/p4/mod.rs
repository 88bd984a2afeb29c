//! Perforce: the difference between what the client has of the depot and the files that are opened, or changed without
//! having been opened. Everything is asked of the server, which alone knows it.

mod tagged;

use super::command::Program;
use super::compare::{LINK, Side};
use super::found::{Differing, Found, Now};
use super::names;
use super::{System, TakeError, Taken, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tagged::Record;

/// Everything below the folder.
const BELOW: &str = "./...";

/// The client, and where the folder lies in it.
struct Client {
    /// `//client/`, and the folder's path below its root.
    prefix: Vec<u8>,
    top: PathBuf,
}

impl Client {
    /// A path below the folder, of `//client/path` or of a path on the disk.
    fn below(&self, path: &str) -> Option<Vec<u8>> {
        if path.starts_with("//") {
            return tagged::plain(path)
                .strip_prefix(self.prefix.as_slice())
                .map(<[u8]>::to_vec);
        }
        let below = Path::new(path).strip_prefix(&self.top).ok()?;
        Some(names::bytes(below)).filter(|below| !below.is_empty())
    }
}

/// An opened file.
struct Opened {
    path: Vec<u8>,
    depot: String,
    have: String,
    action: String,
    kind: String,
    /// Where it was moved from, or to, in the depot.
    moved: Option<String>,
}

/// Takes the change of the folder `top` of a client.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let p4 = Program::new(System::P4, "p4", wanted, &top);
    let mut found = Found::new(System::P4, top.clone());
    let client = client(&p4, top, &mut found).await?;
    base(&p4, wanted, &mut found).await?;
    let opened = opened(&p4, &client).await?;
    let reconciled = records(&p4, &["reconcile", "-n", "-a", "-e", "-d", BELOW]).await?;
    let conflicts = records(&p4, &["resolve", "-n", BELOW]).await?;
    let conflicts: BTreeSet<Vec<u8>> = conflicts
        .iter()
        .filter_map(|record| client.below(record.get("clientFile")?))
        .collect();
    let unopened = unopened(&reconciled, &client, &opened, &mut found);
    let files: Vec<Opened> = opened.into_iter().chain(unopened).collect();
    found.differing = differing(&p4, &files, &conflicts).await?;
    found.taken(wanted).await
}

/// The records of a tagged command. That there is nothing to tell is no failure for Perforce.
async fn records(p4: &Program, words: &[&str]) -> Result<Vec<Record>, TakeError> {
    let words = [&["-ztag"], words].concat();
    let answer = p4.run(&words, &[]).await?;
    let records = tagged::read(&answer.out);
    match answer.is_well || !records.is_empty() {
        true => Ok(records),
        false => Err(p4.failed(&words, &answer.complaints)),
    }
}

async fn client(p4: &Program, top: PathBuf, found: &mut Found) -> Result<Client, TakeError> {
    let info = records(p4, &["info"]).await?;
    let value = |key: &str| info.iter().find_map(|record| record.get(key)).cloned();
    let (Some(name), Some(root)) = (value("clientName"), value("clientRoot")) else {
        return Err(p4.failed(&["info"], "it names no client; set P4CLIENT, or log in with `p4 login`"));
    };
    found.repository = value("serverAddress").unwrap_or_default();
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (root, real_top) = (real(Path::new(&root)), real(&top));
    let below = real_top.strip_prefix(&root).map_err(|_| {
        let reason = format!(
            "{} is not below the root {} of the client {name}",
            top.display(),
            root.display()
        );
        p4.failed(&["info"], &reason)
    })?;
    let mut prefix = format!("//{name}/").into_bytes();
    let below = names::bytes(below);
    if !below.is_empty() {
        prefix.extend([&below, b"/".as_slice()].concat());
    }
    let mapped = records(p4, &["where", BELOW]).await?;
    let depot = mapped.iter().find_map(|record| record.get("depotFile"));
    // `//depot/branch/...`: the branch is what stands between.
    let branch = depot.and_then(|path| path.strip_prefix("//")?.strip_suffix("/...")?.split_once('/'));
    found.branch = branch.map(|(_, branch)| names::shown(&tagged::plain(branch)));
    Ok(Client { prefix, top })
}

/// The newest change that the client has.
async fn base(p4: &Program, wanted: &Wanted, found: &mut Found) -> Result<(), TakeError> {
    let change = async |what: &str| {
        let records = records(p4, &["changes", "-m1", &format!("{BELOW}{what}")]).await?;
        let number = records.first().and_then(|record| record.get("change"));
        Ok::<_, TakeError>(number.cloned())
    };
    if let Some(named) = &wanted.base {
        let number = named.trim_start_matches('@');
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TakeError::NoRevision(named.clone()));
        }
        found.base.revision = Some(number.to_owned());
        found.base.words = format!("change {number}, as named");
        return Ok(());
    }
    let have = change("#have").await?.ok_or_else(|| TakeError::NoBase {
        reason: "the client has no file of the depot here".to_owned(),
    })?;
    let newest = change("#head").await?;
    match newest {
        Some(newest) if newest != have => found.base.newest = Some(newest),
        _ => found.base.behind = Some(0),
    }
    if found.base.newest.is_some() {
        found.remark(
            format!("The client may have files that are older than change {have}, as it was not synced whole."),
            Some("`p4 sync` makes it one change."),
        );
    }
    found.base.words = format!("change {have}");
    found.base.revision = Some(have);
    Ok(())
}

async fn opened(p4: &Program, client: &Client) -> Result<Vec<Opened>, TakeError> {
    let records = records(p4, &["opened", BELOW]).await?;
    let file = |record: &Record| {
        let value = |key: &str| record.get(key).cloned().unwrap_or_default();
        let number = |key: &str| Some(value(key)).filter(|number| number.parse::<u32>().is_ok());
        Some(Opened {
            path: client.below(record.get("clientFile")?)?,
            depot: value("depotFile"),
            have: number("haveRev").or(number("rev")).unwrap_or_default(),
            action: value("action"),
            kind: value("type"),
            moved: record.get("movedFile").cloned(),
        })
    };
    Ok(records.iter().filter_map(file).collect())
}

/// What was changed without being opened; new files go among the untracked ones.
fn unopened(reconciled: &[Record], client: &Client, opened: &[Opened], found: &mut Found) -> Vec<Opened> {
    let known: BTreeSet<&[u8]> = opened.iter().map(|file| file.path.as_slice()).collect();
    let mut files = Vec::new();
    for record in reconciled {
        let value = |key: &str| record.get(key).cloned().unwrap_or_default();
        let Some(path) = client.below(&value("clientFile")) else {
            continue;
        };
        match value("action").as_str() {
            "add" => found.untracked.push(path),
            action if !known.contains(path.as_slice()) => files.push(Opened {
                path,
                depot: value("depotFile"),
                have: value("rev"),
                action: action.to_owned(),
                kind: value("type"),
                moved: None,
            }),
            _ => {}
        }
    }
    if !files.is_empty() {
        let names: Vec<Vec<u8>> = files.iter().map(|file: &Opened| file.path.clone()).collect();
        let text = format!("{} was changed without having been opened.", names::some(&names));
        found.remark(text, Some("`p4 reconcile` opens it."));
    }
    files
}

async fn differing(p4: &Program, files: &[Opened], conflicts: &BTreeSet<Vec<u8>>) -> Result<Vec<Differing>, TakeError> {
    let by_depot: BTreeMap<&str, &Opened> = files.iter().map(|file| (file.depot.as_str(), file)).collect();
    let is_new = |file: &Opened| matches!(file.action.as_str(), "add" | "branch" | "move/add" | "import");
    let before: Vec<&Opened> = files
        .iter()
        .filter(|file| !is_new(file) && !file.have.is_empty())
        .collect();
    let places: Vec<String> = before
        .iter()
        .map(|file| format!("{}#{}", file.depot, file.have))
        .collect();
    let contents = p4
        .each(
            &["print", "-q"],
            places.iter().map(|place| vec![place.into()]).collect(),
        )
        .await?;
    let kinds = kinds(p4, &places).await?;
    let sides: BTreeMap<&str, Side> = before
        .iter()
        .zip(contents)
        .map(|(file, bytes)| {
            let kind = kinds.get(&file.depot).unwrap_or(&file.kind);
            (file.depot.as_str(), side(kind, bytes))
        })
        .collect();
    let differing = files.iter().map(|file| {
        let source = file.moved.as_deref().filter(|_| file.action == "move/add");
        Differing {
            path: file.path.clone(),
            from: source
                .and_then(|source| by_depot.get(source))
                .map(|file| file.path.clone()),
            old: sides.get(source.unwrap_or(&file.depot)).cloned(),
            now: now(file),
            conflict: conflicts.contains(&file.path),
            committed: false,
            huge: None,
        }
    });
    Ok(differing.collect())
}

fn now(file: &Opened) -> Now {
    match mode(&file.kind) {
        _ if file.action.ends_with("delete") => Now::Gone,
        LINK => Now::OnDisk,
        mode => Now::OnDiskAs(mode),
    }
}

/// The types of files in the depot.
async fn kinds(p4: &Program, places: &[String]) -> Result<BTreeMap<String, String>, TakeError> {
    let mut kinds = BTreeMap::new();
    for places in places.chunks(500) {
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        for record in records(p4, &[&["files"], places.as_slice()].concat()).await? {
            let value = |key: &str| record.get(key).cloned().unwrap_or_default();
            kinds.insert(value("depotFile"), value("type"));
        }
    }
    Ok(kinds)
}

/// The mode of a type: `text+x`, `symlink`, the old `xtext`.
fn mode(kind: &str) -> u32 {
    let (name, flags) = kind.split_once('+').unwrap_or((kind, ""));
    match name {
        "symlink" => LINK,
        "xtext" | "kxtext" | "xbinary" | "cxtext" | "xltext" | "uxbinary" | "xunicode" | "xutf16" => 0o100_755,
        _ if flags.contains('x') => 0o100_755,
        _ => 0o100_644,
    }
}

/// A file as `print` gives it: a link's target has a line feed after it.
fn side(kind: &str, mut bytes: Vec<u8>) -> Side {
    let mode = mode(kind);
    if mode == LINK && bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    Side { mode, bytes }
}
