//! Starting a command under a shim, or directly.

use super::processes::Link;
use super::shim::{self, Report};
use super::{Output, Processes, descriptors, direct, parent, terminal};
use crate::child::{Child, Tree};
use crate::{Command, Launcher, SpawnError};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

/// The ends of a command's standard streams.
struct Streams {
    /// Input, output, error, as the command gets them.
    theirs: [OwnedFd; 3],
    stdout: Output,
    stderr: Option<Output>,
    stdin: Option<pipe::Sender>,
}

pub(crate) async fn spawn(launcher: &Launcher, command: &Command, program: String) -> Result<Child, SpawnError> {
    let streams = Streams::open(command).map_err(|source| SpawnError::Pipes {
        program: program.clone(),
        source,
    })?;
    let Streams {
        theirs,
        stdout,
        stderr,
        stdin,
    } = streams;
    let processes = match &launcher.shim {
        Some(shim) => {
            let link = start_shim(shim, command, theirs, launcher).map_err(|source| SpawnError::Shim {
                shim: shim.clone(),
                source,
            });
            under_shim(link?, shim, command, program).await?
        }
        None => {
            direct::spawn(command, theirs, launcher.nice).map_err(|source| SpawnError::Program { program, source })?
        }
    };
    let feeder = command.stdin.clone().zip(stdin).map(|(bytes, mut pipe)| {
        // A command that does not read its input has a right not to.
        tokio::spawn(async move {
            let _ = pipe.write_all(&bytes).await;
        })
    });
    let tree = Tree::new(processes, feeder);
    Ok(Child { stdout, stderr, tree })
}

impl Streams {
    fn open(command: &Command) -> io::Result<Streams> {
        if command.pty {
            let (ours, theirs) = terminal::open()?;
            return Ok(Streams {
                theirs: [theirs.try_clone()?, theirs.try_clone()?, theirs],
                stdout: Output::new(ours)?,
                stderr: None,
                stdin: None,
            });
        }
        let (read_out, write_out) = io::pipe()?;
        let (read_err, write_err) = io::pipe()?;
        let (stdin, read_in) = match command.stdin {
            Some(_) => {
                let (read_in, write_in) = io::pipe()?;
                let flags = nix::fcntl::OFlag::O_NONBLOCK;
                nix::fcntl::fcntl(&write_in, nix::fcntl::FcntlArg::F_SETFL(flags))?;
                (Some(pipe::Sender::from_owned_fd(write_in.into())?), read_in.into())
            }
            None => (None, std::fs::File::open("/dev/null")?.into()),
        };
        Ok(Streams {
            theirs: [read_in, write_out.into(), write_err.into()],
            stdout: Output::new(read_out.into())?,
            stderr: Some(Output::new(read_err.into())?),
            stdin,
        })
    }
}

/// A shim that has the command's streams already, and what it is to be told.
fn start_shim(
    shim: &std::path::Path,
    command: &Command,
    theirs: [OwnedFd; 3],
    launcher: &Launcher,
) -> io::Result<(UnixStream, Vec<u8>)> {
    let request = shim::Request::from(command).encode();
    let length = u32::try_from(request.len())
        .map_err(|_| io::Error::from_raw_os_error(libc::E2BIG))?
        .to_le_bytes();
    let control = parent::start_shim(shim, launcher.nice)?;
    let mut files: Vec<_> = theirs.iter().map(AsFd::as_fd).collect();
    files.extend(launcher.hold.as_deref().map(AsFd::as_fd));
    descriptors::send(&control, &length, &files)?;
    control.set_nonblocking(true)?;
    Ok((UnixStream::from_std(control)?, request))
}

/// Tells the shim what to run and hears whether it runs.
async fn under_shim(
    (control, request): (UnixStream, Vec<u8>),
    shim: &std::path::Path,
    command: &Command,
    program: String,
) -> Result<Processes, SpawnError> {
    let lost = |source| SpawnError::Shim {
        shim: shim.to_owned(),
        source,
    };
    let mut link = Link::new(control);
    link.control.write_all(&request).await.map_err(lost)?;
    match link.report().await.map_err(lost)? {
        Some(Report::Started(pid)) => Ok(Processes::under_shim(pid, link)),
        Some(Report::Failed(errno)) => {
            let mut source = io::Error::from_raw_os_error(errno);
            if !command.cwd.is_dir() {
                let text = format!("its folder '{}' cannot be entered: {source}", command.cwd.display());
                source = io::Error::new(source.kind(), text);
            }
            Err(SpawnError::Program { program, source })
        }
        _ => Err(lost(io::Error::from(io::ErrorKind::UnexpectedEof))),
    }
}
