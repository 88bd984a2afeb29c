//! The steps of a build, one file per kind.

mod command;
mod download;
mod environment;
mod files;
mod log;
mod place;
mod properties_from_environment;
mod property_from_command;
mod python_json;
mod run;
mod sequence;
mod set_properties;
mod shell;
mod source;
pub mod summary;
mod upload;

pub use run::{Broken, Ended, StepRun};
pub use shell::STDIO;

use model::config::{DownloadContent, FileWork, StepKind};

/// Does what a step of this kind does.
pub async fn run(run: &mut StepRun<'_>, kind: &StepKind) -> Result<Ended, Broken> {
    match kind {
        StepKind::Source(source) => source::run(run, source).await,
        StepKind::Shell(args) => shell::run(run, args).await,
        StepKind::Sequence(sequence) => sequence::run(run, sequence).await,
        StepKind::SetProperties(properties) => set_properties::run(run, properties).await,
        StepKind::SetPropertyFromCommand {
            shell,
            property,
            strip,
            extract,
        } => {
            let wanted = property_from_command::Wanted {
                property: property.as_deref(),
                strip: *strip,
                extract: extract.as_ref(),
            };
            property_from_command::run(run, shell, wanted).await
        }
        StepKind::SetPropertiesFromEnv { variables, source } => {
            properties_from_environment::run(run, variables, source).await
        }
        StepKind::Upload(wanted) => upload::run(run, wanted).await,
        StepKind::Download(wanted) => download::run(run, wanted).await,
        StepKind::Files(work) => files::run(run, work).await,
    }
}

/// What a step of this kind is called when its configuration gives no name.
pub fn default_name(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Source(source) => source::default_name(source),
        StepKind::Shell(_) => "shell",
        StepKind::Sequence(_) => "shell",
        StepKind::SetProperties(properties) if properties.len() == 1 => "SetProperty",
        StepKind::SetProperties(_) => "SetProperties",
        StepKind::SetPropertyFromCommand { .. } => "setproperty",
        StepKind::SetPropertiesFromEnv { .. } => "SetPropertiesFromEnv",
        StepKind::Upload(_) => "upload",
        StepKind::Download(wanted) => match wanted.content {
            DownloadContent::File(_) => "download",
            DownloadContent::Text(_) => "string_download",
            DownloadContent::Json(_) => "json_download",
            DownloadContent::Properties => "json_properties_download",
        },
        StepKind::Files(work) => match **work {
            FileWork::MakeDirectory { .. } => "MakeDirectory",
            FileWork::RemoveDirectory { .. } => "RemoveDirectory",
            FileWork::CopyDirectory { .. } => "CopyDirectory",
            FileWork::FileExists { .. } => "FileExists",
        },
    }
}

/// What a step of this kind is called in its build when it did not come to an end by itself.
pub async fn text_of(run: &mut StepRun<'_>, kind: &StepKind) -> Result<String, Broken> {
    let command = match kind {
        StepKind::Shell(args) => Some(&args.command),
        StepKind::SetPropertyFromCommand { shell, .. } => Some(&shell.command),
        StepKind::Sequence(sequence) => sequence.commands.first().map(|arg| &arg.command),
        StepKind::Source(_) if run.common.description_done.is_none() => return Ok("update".to_owned()),
        StepKind::Files(work) => return shell::described(run, files::done(work)).await,
        StepKind::Source(_)
        | StepKind::SetProperties(_)
        | StepKind::SetPropertiesFromEnv { .. }
        | StepKind::Upload(_)
        | StepKind::Download(_) => None,
    };
    let command = run.render_some(command).await?;
    shell::description(run, command.as_ref()).await
}
