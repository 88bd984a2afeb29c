//! Projects: the folders that are built here, looking at a folder, adding and removing one.

use super::App;
use crate::api::projects::{
    AddProject, Added, Alternative, Detect, FolderRow, Folders, FoldersQuery, ProjectRow, Projects, Proposal,
    RemoveProject,
};
use crate::api::{Nothing, Refusal};
use crate::configuration::{Edit, Loaded};
use crate::detect::{self, Tree};
use crate::places::MAIN_FILE;
use crate::project_file;
use master::ForceRequest;
use master::state::SourceState;
use model::BuilderId;
use model::config::change_source::Branches;
use model::config::{ChangeSourceConfig, GitPoller, MasterConfig};
use std::path::{Path, PathBuf};

pub(super) async fn projects(app: &App) -> Result<Projects, Refusal> {
    let config = app.master.config();
    let state = app.master.state().await;
    let builders = app.store().read(store::builders::list).await?;
    let builder_ids = |project: &str| {
        let named = config
            .builders
            .iter()
            .filter(|builder| builder.project.as_deref() == Some(project));
        named
            .filter_map(|b| builders.iter().find(|row| row.name == b.name))
            .map(|row| row.id.0)
            .collect()
    };
    let mut rows = Vec::new();
    for ChangeSourceConfig::Git(source) in &config.change_sources {
        let status = state.change_sources.iter().find(|status| status.name == source.repourl);
        let file = project_file::path_of(&source.project);
        let own_file = app.configuration.text(&file)?.is_some().then_some(file);
        rows.push(row(source, status, builder_ids(&source.project), own_file));
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Projects {
        projects: rows,
        folder: app.configuration.folder().to_string_lossy().into_owned(),
    })
}

fn row(source: &GitPoller, status: Option<&SourceState>, builders: Vec<i64>, file: Option<String>) -> ProjectRow {
    let branches = match &source.branches {
        Branches::Default => "the default branch".to_owned(),
        Branches::All => "all branches".to_owned(),
        Branches::Named(names) => names.join(", "),
    };
    let path = Path::new(&source.repourl);
    let error = status.and_then(|status| status.error.clone());
    let mode = status.map(|status| status.mode.clone()).unwrap_or_default();
    let polls = mode.starts_with("poll");
    ProjectRow {
        name: if source.project.is_empty() {
            source.repourl.clone()
        } else {
            source.project.clone()
        },
        repository: source.repourl.clone(),
        vcs: "git".to_owned(),
        branches,
        tip: path.is_dir().then(|| vcs::git::head(path).ok()?.commit).flatten(),
        mode: if error.is_some() {
            "failed"
        } else if polls {
            "polling"
        } else {
            "watching"
        }
        .to_owned(),
        note: error.or(polls.then_some(mode)),
        last_contact: status.and_then(|status| status.last_contact).map(|time| time.0),
        builders,
        file,
    }
}

pub(super) fn folders(app: &App, query: FoldersQuery) -> Result<Folders, Refusal> {
    let path = match query.path {
        Some(path) => PathBuf::from(path),
        None => directories::UserDirs::new()
            .map(|dirs| dirs.home_dir().to_owned())
            .ok_or_else(|| Refusal::unavailable("there is no home folder; name a folder"))?,
    };
    let unreadable =
        |error: std::io::Error| Refusal::failed(format!("{}: {error}", path.display())).hint("Choose another folder.");
    let config = app.master.config();
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(unreadable)?.flatten() {
        let (name, whole) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        if name.starts_with('.') || !whole.is_dir() {
            continue;
        }
        rows.push(FolderRow {
            repository: whole.join(".git").exists() || (whole.join("HEAD").is_file() && whole.join("refs").is_dir()),
            project: is_project(&config, &whole.to_string_lossy()),
            path: whole.to_string_lossy().into_owned(),
            name,
        });
    }
    rows.sort_by_key(|row| row.name.to_lowercase());
    let parent = path.parent().map(|parent| parent.to_string_lossy().into_owned());
    Ok(Folders {
        path: path.to_string_lossy().into_owned(),
        parent,
        folders: rows,
    })
}

fn is_project(config: &MasterConfig, path: &str) -> bool {
    config
        .change_sources
        .iter()
        .any(|ChangeSourceConfig::Git(source)| source.repourl == path)
}

pub(super) async fn detect(app: &App, query: Detect) -> Result<Proposal, Refusal> {
    let config = app.master.config();
    let looked = tokio::task::spawn_blocking(move || look(&config, Path::new(query.path.trim()))).await;
    looked.map_err(|error| Refusal::failed(format!("the folder could not be looked at: {error}")))?
}

fn look(config: &MasterConfig, path: &Path) -> Result<Proposal, Refusal> {
    if !path.is_dir() {
        return Err(
            Refusal::invalid(format!("{} is no folder", path.display())).hint("Choose the folder of a repository.")
        );
    }
    let facts = vcs::git::discover(path).map_err(|error| {
        Refusal::invalid(error.to_string()).hint("Choose a folder that is under git, or put it there with:  git init")
    })?;
    let top = facts.path.clone();
    let top_text = top.to_string_lossy().into_owned();
    if is_project(config, &top_text) {
        return Err(Refusal::invalid(format!("{top_text} is built here already")).hint("See it on the page Projects."));
    }
    let branch = facts.default_branch.clone().unwrap_or_else(|| "main".to_owned());
    let mut notes = Vec::new();
    let mut found = Vec::new();
    if facts.is_empty {
        notes.push("There is no commit yet; it is built after the first one.".to_owned());
    } else {
        match Tree::of_commit(&top, &branch) {
            Ok(tree) => found = detect::recognise(&tree),
            Err(reason) => notes.push(format!("The branch '{branch}' cannot be read: {reason}")),
        }
    }
    let mut found = found.into_iter();
    let first = found.next();
    let steps = first.as_ref().map(|kind| kind.steps.clone()).unwrap_or_default();
    let build_system = first.as_ref().map(|kind| kind.name.clone());
    if first.is_none() && !facts.is_empty {
        notes.push("No build system was recognised: write the steps yourself.".to_owned());
    }
    let project = AddProject {
        path: top_text,
        name: free_name(config, &facts.name),
        branch,
        steps,
        build_now: true,
    };
    Ok(Proposal {
        preview: project_file::text(&project, build_system.as_deref()),
        missing: detect::missing(&project.steps, detect::on_path),
        because: first.map(|kind| kind.because).unwrap_or_default(),
        alternatives: found
            .map(|kind| Alternative {
                build_system: kind.name,
                steps: kind.steps,
            })
            .collect(),
        vcs: "git".to_owned(),
        name: project.name,
        path: project.path,
        branch: project.branch,
        steps: project.steps,
        build_system,
        notes,
    })
}

/// The folder's name, with a number when it is taken.
fn free_name(config: &MasterConfig, wanted: &str) -> String {
    let taken = |name: &str| {
        config.builders.iter().any(|builder| builder.name == name)
            || config.projects.iter().any(|project| project.name == name)
    };
    let wanted = if wanted.is_empty() { "project" } else { wanted };
    let numbered = (2..).map(|number| format!("{wanted}-{number}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

pub(super) async fn add(app: &App, project: AddProject) -> Result<Added, Refusal> {
    check(&app.master.config(), &project)?;
    let file = project_file::path_of(&project.name);
    let main = app
        .configuration
        .text(MAIN_FILE)?
        .unwrap_or_else(|| project_file::MAIN.to_owned());
    let edits = [
        Edit {
            file: file.clone(),
            text: Some(project_file::text(&project, None)),
        },
        Edit {
            file: MAIN_FILE.to_owned(),
            text: Some(project_file::with_project(&main, &project.name)),
        },
    ];
    let loaded = app.configuration.apply(&edits).await?;
    use_or_refuse(app, loaded).await?;
    let name = project.name.clone();
    let row = app.store().read(move |c| store::builders::by_name(c, &name)).await?;
    let builder = row
        .ok_or_else(|| Refusal::failed("the builder was configured, but is not there"))?
        .id;
    app.know_me(&project.path).await?;
    let request = if project.build_now {
        Some(build_once(app, &project, builder).await?)
    } else {
        None
    };
    Ok(Added {
        file,
        builder: builder.0,
        request,
    })
}

fn check(config: &MasterConfig, project: &AddProject) -> Result<(), Refusal> {
    let mut refusal = Refusal::invalid("this project cannot be made");
    if project.name.trim().is_empty() {
        refusal.fields.insert("name".to_owned(), "give it a name".to_owned());
    } else if config.builders.iter().any(|builder| builder.name == project.name) {
        refusal
            .fields
            .insert("name".to_owned(), format!("'{}' is taken", project.name));
    }
    if project.branch.trim().is_empty() {
        refusal
            .fields
            .insert("branch".to_owned(), "name the branch to follow".to_owned());
    }
    if is_project(config, &project.path) {
        refusal
            .fields
            .insert("path".to_owned(), "it is built here already".to_owned());
    }
    if project.steps.is_empty() {
        refusal
            .fields
            .insert("steps".to_owned(), "write at least one step".to_owned());
    }
    for (at, step) in project.steps.iter().enumerate() {
        let field = format!("steps.{at}");
        if step.command.trim().is_empty() {
            refusal.fields.insert(field, "this step has no command".to_owned());
        } else if project.steps[..at].iter().any(|other| other.name == step.name) {
            refusal
                .fields
                .insert(field, format!("there are two steps '{}'", step.name));
        }
    }
    if refusal.fields.is_empty() {
        Ok(())
    } else {
        Err(refusal)
    }
}

async fn build_once(app: &App, project: &AddProject, builder: BuilderId) -> Result<i64, Refusal> {
    let config = app.master.config();
    let scheduler = config
        .schedulers
        .iter()
        .find(|s| s.builders.contains(&project.name) && matches!(s.kind, model::config::SchedulerKind::Force(_)))
        .ok_or_else(|| Refusal::failed("the project has no force scheduler"))?;
    let values = [
        ("builderid", builder.0.into()),
        ("branch", project.branch.as_str().into()),
        ("reason", "first build".into()),
    ];
    let request = ForceRequest {
        scheduler: scheduler.name.clone(),
        owner: super::actions::owner(app),
        params: values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    let requested = app.master.force(request).await?;
    requested
        .requests
        .first()
        .map(|(_, id)| id.0)
        .ok_or_else(|| Refusal::failed("the first build was asked for, but has no request"))
}

async fn use_or_refuse(app: &App, loaded: Loaded) -> Result<(), Refusal> {
    if let Some(problem) = loaded.problems.iter().find(|problem| problem.error) {
        let message = format!("{}:{}: {}", problem.file, problem.line, problem.message);
        return Err(Refusal {
            hint: problem.fix.clone(),
            ..Refusal::invalid(message)
        });
    }
    app.take_into_use(loaded).await.map(drop)
}

pub(super) async fn remove(app: &App, project: RemoveProject) -> Result<Nothing, Refusal> {
    let main = app.configuration.text(MAIN_FILE)?.unwrap_or_default();
    let text = project_file::without_project(&main, &project.name).ok_or_else(|| {
        Refusal::not_found(format!(
            "{MAIN_FILE} has no project '{}' as it was added here",
            project.name
        ))
        .hint("It was written by hand: take it out by hand, on the page Projects.")
    })?;
    let edits = [Edit {
        file: MAIN_FILE.to_owned(),
        text: Some(text),
    }];
    let loaded = app.configuration.apply(&edits).await?;
    use_or_refuse(app, loaded).await?;
    Ok(Nothing {})
}

pub(super) async fn restore(app: &App, project: RemoveProject) -> Result<Nothing, Refusal> {
    let file = project_file::path_of(&project.name);
    if app.configuration.text(&file)?.is_none() {
        return Err(Refusal::not_found(format!("there is no {file} to put back")));
    }
    let main = app
        .configuration
        .text(MAIN_FILE)?
        .unwrap_or_else(|| project_file::MAIN.to_owned());
    let text = project_file::with_project(&main, &project.name);
    let loaded = app
        .configuration
        .apply(&[Edit {
            file: MAIN_FILE.to_owned(),
            text: Some(text),
        }])
        .await?;
    use_or_refuse(app, loaded).await?;
    Ok(Nothing {})
}
