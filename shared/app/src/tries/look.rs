//! Taking a change from a working copy.

use super::held::{Change, Content, fresh_id};
use super::{given, show};
use crate::api::Refusal;
use crate::api::tries::{TryChange, TryLook};
use crate::service::App;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vcs::working_copy::{System, TakeError, Taken, Wanted, take};

pub(crate) async fn look(app: &App, look: TryLook) -> Result<TryChange, Refusal> {
    let change = match &look.diff {
        Some(diff) => given::change(app, &look, diff).await?,
        None => taken(app, look).await?,
    };
    hold(app, change).await
}

/// Takes the change of a folder.
pub(super) async fn taken(app: &App, look: TryLook) -> Result<Change, Refusal> {
    let taken = Box::pin(take_known(app, &look)).await.map_err(refused)?;
    Ok(Change {
        id: fresh_id(),
        head: taken.head().map(str::to_owned),
        system: Some(taken.system),
        project: project_of(app, &taken.root),
        who: who(app, &taken.root).await,
        root: taken.root.clone(),
        look,
        from: None,
        content: Content::Taken(Box::new(taken)),
    })
}

/// Takes a change. A repository that follows no other is built here from its own commits, so its last commit will do.
async fn take_known(app: &App, look: &TryLook) -> Result<Taken, Refused> {
    let wanted = wanted(look)?;
    match take(wanted.clone()).await {
        Err(TakeError::NoBase { .. }) if wanted.base.is_none() && is_project(app, &wanted.folder) => {
            let base = Some("HEAD".to_owned());
            Ok(take(Wanted { base, ..wanted }).await?)
        }
        taken => Ok(taken?),
    }
}

/// Whether a folder is in a repository that is built here.
fn is_project(app: &App, folder: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole(folder);
    super::access::folders(app)
        .iter()
        .any(|root| folder.starts_with(whole(root)))
}

/// Why no change was taken: as the page says it, or as version control does.
enum Refused {
    Asked(Refusal),
    Taking(TakeError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::Asked(refusal)
    }
}

impl From<TakeError> for Refused {
    fn from(error: TakeError) -> Refused {
        Refused::Taking(error)
    }
}

/// Shows a change and holds it.
pub(super) async fn hold(app: &App, change: Change) -> Result<TryChange, Refusal> {
    let shown = show::change(app, &change).await?;
    app.tries.inner.held.put(Arc::new(change));
    Ok(shown)
}

fn wanted(look: &TryLook) -> Result<Wanted, Refusal> {
    let system: Option<System> = match &look.system {
        Some(word) => {
            let parsed = word.parse();
            Some(parsed.map_err(|error: vcs::working_copy::UnknownSystem| field("system", error.to_string()))?)
        }
        None => None,
    };
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let folder = PathBuf::from(&look.folder);
    if !folder.is_absolute() {
        return Err(field(
            "folder",
            format!("'{}' is no whole path of a folder", look.folder),
        ));
    }
    Ok(Wanted {
        folder,
        system,
        top: given(&look.top).map(PathBuf::from),
        top_file: given(&look.top_file),
        staged: look.staged,
        base: given(&look.base),
        branch: given(&look.branch),
        repository: given(&look.repository),
        program: None,
    })
}

pub(super) fn field(name: &str, problem: String) -> Refusal {
    let mut refusal = Refusal::invalid(problem.clone());
    refusal.fields.insert(name.to_owned(), problem);
    refusal
}

fn refused(refused: Refused) -> Refusal {
    let error = match refused {
        Refused::Asked(refusal) => return refusal,
        Refused::Taking(error) => error,
    };
    let message = error.to_string();
    let refusal = match &error {
        TakeError::NoWorkingCopy(_) => Refusal::not_found(message),
        TakeError::NoProgram { .. } => Refusal::unavailable(message),
        TakeError::NoBase { .. } | TakeError::NoRevision(_) => field("base", message),
        TakeError::NotFor { .. } => Refusal::invalid(message),
        TakeError::Failed { .. } | TakeError::Unreadable { .. } | TakeError::GivenUp(_) => Refusal::failed(message),
    };
    match error.hint() {
        Some(hint) => refusal.hint(hint),
        None => refusal,
    }
}

/// What a working copy is called: as its project here, or else as its top folder.
pub(super) fn project_of(app: &App, root: &Path) -> String {
    let config = app.master.config();
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let wanted = whole(root);
    let named = config.change_sources.iter().find_map(|source| {
        let model::config::ChangeSourceConfig::Git(source) = source;
        let here = Path::new(&source.repourl);
        (here.is_absolute() && whole(here) == wanted && !source.project.is_empty()).then(|| source.project.clone())
    });
    named.unwrap_or_else(|| {
        let name = root.file_name().unwrap_or(root.as_os_str());
        name.to_string_lossy().into_owned()
    })
}

/// Who sends it: who commits there, or else who the person is by the settings.
pub(super) async fn who(app: &App, root: &Path) -> String {
    let path = root.to_owned();
    let identity = tokio::task::spawn_blocking(move || vcs::git::identity(&path)).await;
    match identity.ok().flatten() {
        Some(identity) if identity.mail.is_empty() => identity.name,
        Some(identity) if identity.name.is_empty() => identity.mail,
        Some(identity) => format!("{} <{}>", identity.name, identity.mail),
        None => crate::service::owner(app),
    }
}
