//! The demo: a sample repository in a temporary folder, a good commit that builds green and a bad one that builds red.

use crate::failure::Failure;
use app::api::overview::{Demo as Story, Overview};
use app::api::projects::{AddProject, Detect};
use app::api::{Api, Event, Refusal};
use app::places::Places;
use app::service::App;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::sync::broadcast::error::RecvError;
use tracing::warn;

/// What the person is told to do next.
const NEXT: &str = "outpost init PATH-OF-YOUR-REPOSITORY";

/// A demo that is to be played.
pub struct Demo {
    folder: PathBuf,
}

/// The places to run in: a temporary folder when a demo is wanted and nothing is configured.
pub fn places(places: Places, wanted: bool) -> Result<(Places, Option<Demo>), Failure> {
    if !wanted || places.main_file().exists() {
        return Ok((places, None));
    }
    let folder = std::env::temp_dir().join(format!("outpost-demo-{}", rustix::process::getuid().as_raw()));
    // What an earlier demo left; it is only ever this demo's.
    drop(std::fs::remove_dir_all(&folder));
    super::private_folder(&folder)?;
    let places = Places::of_profile("default", Some(&folder)).map_err(|error| Failure::other(error.to_string()))?;
    Ok((
        places,
        Some(Demo {
            folder: folder.join("greeting"),
        }),
    ))
}

impl Demo {
    /// Plays it, telling each step on the screen and in the faces.
    pub async fn play(self, app: App) {
        if let Err(refusal) = self.steps(&app).await {
            warn!("the demo stopped: {refusal}");
            self.tell(&app, &format!("The demo stopped: {refusal}"));
        }
    }

    async fn steps(&self, app: &App) -> Result<(), Refusal> {
        self.make_repository()?;
        self.tell(app, "A sample repository was made, with one commit by you.");
        let proposal = app
            .detect(Detect {
                path: self.folder.to_string_lossy().into_owned(),
            })
            .await?;
        let project = AddProject {
            path: proposal.path,
            name: proposal.name,
            branch: proposal.branch,
            steps: proposal.steps,
            build_now: true,
        };
        app.add_project(project).await?;
        self.until(app, Some(0)).await?;
        self.tell(app, "Its first build succeeded: the tray and the page Now are calm.");
        self.commit("Say hi instead", "hi\n")?;
        self.tell(app, "You committed a change that breaks its test; it was seen at once.");
        self.until(app, Some(2)).await?;
        self.tell(
            app,
            "The build failed. You are told, because the change is yours, and the tray says so.",
        );
        self.tell(
            app,
            &format!(
                "Repair it: put 'hello' into {} and commit. Then add a project of yours:",
                self.folder.join("greeting.txt").display()
            ),
        );
        println!("    {NEXT}");
        Ok(())
    }

    fn tell(&self, app: &App, sentence: &str) {
        println!("  {sentence}");
        let mut story = app.demo().unwrap_or_else(|| Story {
            folder: self.folder.to_string_lossy().into_owned(),
            story: Vec::new(),
            next: NEXT.to_owned(),
        });
        story.story.push(sentence.to_owned());
        app.know_demo(story);
    }

    /// Waits until the last result that counts is this one and nothing runs.
    async fn until(&self, app: &App, results: Option<u8>) -> Result<(), Refusal> {
        let mut events = app.events();
        loop {
            let overview: Overview = app.overview(Default::default()).await?;
            let there = overview
                .builders
                .iter()
                .all(|row| row.results == results && row.running.is_empty());
            if there && !overview.builders.is_empty() {
                return Ok(());
            }
            loop {
                match events.recv().await {
                    Ok(Event::Overview) | Err(RecvError::Lagged(_)) => break,
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return Err(Refusal::unavailable("Outpost is ending")),
                }
            }
        }
    }

    fn make_repository(&self) -> Result<(), Refusal> {
        let write = |name: &str, text: &str| write(&self.folder.join(name), text);
        std::fs::create_dir_all(&self.folder).map_err(|error| at(&self.folder, &error))?;
        self.git(&["init", "--quiet", "--initial-branch=main"])?;
        if self.git(&["config", "user.email"]).is_err() {
            self.git(&["config", "user.email", "you@example.org"])?;
            self.git(&["config", "user.name", "You"])?;
        }
        write("README.md", "# Greeting\n\nThe sample repository of Outpost's demo.\n")?;
        write(
            "test",
            "#!/bin/sh\n# The greeting has to be 'hello'.\nif grep -qx hello greeting.txt; then\n  echo 'ok: the greeting is right'\nelse\n  echo \"error: greeting.txt says '$(cat greeting.txt)', expected 'hello'\" >&2\n  exit 1\nfi\n",
        )?;
        use std::os::unix::fs::PermissionsExt;
        let script = self.folder.join("test");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))
            .map_err(|error| at(&script, &error))?;
        self.commit("Say hello", "hello\n")
    }

    fn commit(&self, message: &str, greeting: &str) -> Result<(), Refusal> {
        write(&self.folder.join("greeting.txt"), greeting)?;
        self.git(&["add", "--all"])?;
        self.git(&["-c", "commit.gpgsign=false", "commit", "--quiet", "--message", message])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), Refusal> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            .output()
            .map_err(|error| Refusal::failed(format!("git cannot be started: {error}")).hint("Install git."))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Refusal::failed(format!(
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )))
    }
}

fn write(path: &Path, text: &str) -> Result<(), Refusal> {
    std::fs::write(path, text).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::failed(format!("{}: {error}", path.display()))
}
