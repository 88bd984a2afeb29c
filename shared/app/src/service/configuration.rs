//! The configuration's commands.

use super::App;
use crate::api::Refusal;
use crate::api::configuration::{Checked, Configuration, Draft, FileQuery, FileText, Problem};
use crate::configuration::{Edit, FolderError, Loaded, checked};
use crate::watching::bundled;
use crate::watching::translate::builder_list;
use watch::{Happening, TroubleAbout};

impl From<FolderError> for Refusal {
    fn from(error: FolderError) -> Refusal {
        match error {
            FolderError::Outside(_) | FolderError::NothingToUndo => Refusal::invalid(error.to_string()),
            FolderError::Io { .. } | FolderError::TooLarge(_) => Refusal::failed(error.to_string()),
        }
    }
}

impl App {
    /// Reads the files again and takes them into use if they are good; else says what is wrong and goes on as before.
    pub async fn reload(&self) -> Result<Checked, Refusal> {
        let loaded = self.configuration.load().await;
        self.take_into_use(loaded).await
    }

    /// Takes what was loaded into use, if it is good.
    pub(crate) async fn take_into_use(&self, loaded: Loaded) -> Result<Checked, Refusal> {
        let old = self.master.config();
        let applied = loaded.config.is_some();
        let result = checked(&old, &loaded, applied);
        self.tell_trouble(&loaded.problems).await;
        if let Some(config) = loaded.config {
            self.master.reconfigure(config).await?;
            // A scheduler alone makes no event, but a builder may be forced by it.
            if let Some(builders) = builder_list(&self.master).await {
                self.watching.apply(builders).await;
            }
            self.configuration.keep_as_good()?;
        }
        self.newsroom.projects();
        self.newsroom.overview();
        Ok(result)
    }

    /// Shows, or takes back, that the files on disk cannot be used.
    pub async fn tell_trouble(&self, problems: &[Problem]) {
        let message = problems.iter().find(|problem| problem.error).map(|problem| {
            format!(
                "{}:{}: {} The last good one is in use.",
                problem.file, problem.line, problem.message
            )
        });
        self.watching
            .apply(Happening::Trouble {
                master: bundled(),
                about: TroubleAbout::Config,
                message,
            })
            .await;
    }
}

pub(super) async fn configuration(app: &App) -> Result<Configuration, Refusal> {
    let loaded = app.configuration.load().await;
    Ok(Configuration {
        folder: app.configuration.folder().to_string_lossy().into_owned(),
        files: app.configuration.files()?,
        stale: loaded.config.is_none(),
        problems: loaded.problems,
        can_undo: app.configuration.can_undo(),
    })
}

pub(super) fn file(app: &App, query: FileQuery) -> Result<FileText, Refusal> {
    let text = app.configuration.text(&query.file)?;
    let text = text.ok_or_else(|| Refusal::not_found(format!("the configuration has no file '{}'", query.file)))?;
    Ok(FileText { file: query.file, text })
}

pub(super) async fn check(app: &App, draft: Draft) -> Result<Checked, Refusal> {
    let loaded = app.configuration.try_edits(&[edit(draft)]).await?;
    Ok(checked(&app.master.config(), &loaded, false))
}

pub(super) async fn apply(app: &App, draft: Draft) -> Result<Checked, Refusal> {
    let loaded = app.configuration.apply(&[edit(draft)]).await?;
    if loaded.config.is_none() {
        return Ok(checked(&app.master.config(), &loaded, false));
    }
    app.take_into_use(loaded).await
}

pub(super) async fn undo(app: &App) -> Result<Checked, Refusal> {
    let loaded = app.configuration.undo().await?;
    if loaded.config.is_none() {
        return Ok(checked(&app.master.config(), &loaded, false));
    }
    app.take_into_use(loaded).await
}

fn edit(draft: Draft) -> Edit {
    Edit {
        file: draft.file,
        text: Some(draft.text),
    }
}
