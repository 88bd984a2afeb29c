//! Why a command ends, and with which exit code.

/// What the person reads, and what a script gets.
#[derive(Debug)]
pub struct Failure {
    /// See the exit codes in `outpost --help`.
    pub code: u8,
    /// One sentence: the thing and the reason. Empty when everything was already said.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
}

/// Something is red, or what was waited for did not succeed.
pub const RED: u8 = 1;
/// Wrong usage.
pub const USAGE: u8 = 2;
/// Outpost does not run.
pub const NOT_RUNNING: u8 = 3;
/// What was named does not exist.
pub const NOT_FOUND: u8 = 4;
/// Anything else.
pub const OTHER: u8 = 5;
/// A change was not taken by its master.
#[cfg(unix)]
pub const NOT_SENT: u8 = 7;
/// A master does not allow it.
#[cfg(unix)]
pub const FORBIDDEN: u8 = 6;

impl Failure {
    /// Any failure.
    pub fn new(code: u8, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// A failure without a code of its own.
    pub fn other(message: impl Into<String>) -> Failure {
        Failure::new(OTHER, message)
    }

    /// Adds the next step.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// Ends with a code, everything being said.
    pub fn silent(code: u8) -> Failure {
        Failure::new(code, "")
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::other(error.to_string())
    }
}
