//! The options, named as `buildbot-worker` names them.

use clap::{Args, Subcommand, ValueEnum};
use lend::basedir::AllowShutdown;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Worker {
    /// Makes a folder for a worker
    Create(WorkerCreate),
    /// Starts the worker of a folder, in the background unless told otherwise; also of a folder that buildbot-worker made
    Start(WorkerStart),
    /// Stops it, with everything that it runs
    Stop(WorkerStop),
    /// Stops it if it runs, and starts it
    Restart(WorkerStart),
}

#[derive(Debug, Args)]
pub struct WorkerCreate {
    /// The folder
    #[arg(value_name = "BASEDIR")]
    pub folder: PathBuf,

    /// MASTER NAME PASSWORD: where the master is (HOST[:PORT], tcp:…, tls:…, unix:…, ws://…), and the worker's name and
    /// password in its configuration. MASTER is left out with --connection-string, PASSWORD with --passwd-file; without
    /// either, the password is asked for
    #[arg(value_name = "MASTER NAME PASSWORD", num_args = 1..=3, required = true)]
    pub words: Vec<String>,

    /// Reads the password from the first line of a file, or with - from standard input, so that it does not stand in
    /// the list of processes
    #[arg(long, value_name = "FILE")]
    pub passwd_file: Option<PathBuf>,

    /// Writes the settings of a folder that is a worker's already again
    #[arg(long, short)]
    pub force: bool,

    /// Says nothing when all is well
    #[arg(long, short)]
    pub quiet: bool,

    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,

    /// pb or msgpack_experimental_v7; by the address when absent
    #[arg(long)]
    pub protocol: Option<String>,

    /// Where the master is, as a Twisted endpoint
    #[arg(long, value_name = "ENDPOINT")]
    pub connection_string: Option<String>,

    /// The HTTP proxy to go through
    #[arg(long, value_name = "ENDPOINT", conflicts_with = "connection_string")]
    pub proxy_connection_string: Option<String>,

    /// Connects by TLS
    #[arg(long)]
    pub use_tls: bool,

    /// Seconds between two signs of life; 0 gives none
    #[arg(long, short, default_value_t = 600, value_name = "SECONDS")]
    pub keepalive: u64,

    /// The longest wait between two attempts to connect
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub maxdelay: u64,

    /// Ends after so many attempts that failed one after another; never when absent
    #[arg(long, value_name = "N")]
    pub maxretries: Option<u32>,

    /// What files are made without: 0o022 lets others read them
    #[arg(long, value_parser = mask)]
    pub umask: Option<u32>,

    /// The number of processors to tell; what is there when absent
    #[arg(long, value_name = "N")]
    pub numcpus: Option<u32>,

    /// Lets this machine ask the worker to leave after its builds: by the signal HUP, or by touching shutdown.stamp
    #[arg(long, short, value_enum)]
    pub allow_shutdown: Option<Shutdown>,

    /// Deletes folders that belong to no builder when the worker attaches
    #[arg(long)]
    pub delete_leftover_dirs: bool,

    /// The size at which worker.log begins anew, in bytes
    #[arg(long, short = 's', default_value_t = 10_000_000, value_name = "BYTES")]
    pub log_size: u64,

    /// How many old logs are kept; None keeps all
    #[arg(long, short = 'l', default_value = "10", value_name = "N")]
    pub log_count: String,

    /// Lets worker.log grow
    #[arg(long, short = 'n')]
    pub no_logrotate: bool,

    /// Accepted: every folder can be moved
    #[arg(long, short, hide = true)]
    pub relocatable: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shutdown {
    /// The signal HUP
    Signal,
    /// The file shutdown.stamp
    File,
}

impl From<Shutdown> for AllowShutdown {
    fn from(shutdown: Shutdown) -> AllowShutdown {
        match shutdown {
            Shutdown::Signal => AllowShutdown::Signal,
            Shutdown::File => AllowShutdown::File,
        }
    }
}

#[derive(Debug, Args)]
pub struct WorkerStart {
    /// The folder
    #[arg(default_value = ".", value_name = "BASEDIR")]
    pub folder: PathBuf,

    /// Stays in the foreground and says on the error output what happens
    #[arg(long)]
    pub nodaemon: bool,

    /// Says nothing when all is well
    #[arg(long, short)]
    pub quiet: bool,

    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,

    /// Writes to worker.log, and how it went to standard output: what start gives to the process in the background
    #[arg(long, hide = true, requires = "nodaemon")]
    pub background: bool,
}

#[derive(Debug, Args)]
pub struct WorkerStop {
    /// The folder
    #[arg(default_value = ".", value_name = "BASEDIR")]
    pub folder: PathBuf,

    /// Says nothing when all is well
    #[arg(long, short)]
    pub quiet: bool,
}

/// `0o22`, `022` and `18` are one.
fn mask(text: &str) -> Result<u32, String> {
    let mask = match text
        .strip_prefix("0o")
        .or_else(|| text.strip_prefix('0').filter(|rest| !rest.is_empty()))
    {
        Some(octal) => u32::from_str_radix(octal, 8),
        None => text.parse(),
    };
    match mask {
        Ok(mask) if mask <= 0o777 => Ok(mask),
        _ => Err("write an octal number such as 0o022".to_owned()),
    }
}
