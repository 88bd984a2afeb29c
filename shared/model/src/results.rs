//! The seven outcomes and how they combine.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a step, a build, a request or a build set ended.
///
/// The numbers are the protocol's (`worker-protocol-pb` §8). Order of the enum is *not* severity: see [`Results::worst`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum Results {
    /// All went well.
    Success = 0,
    /// Done, with something to look at.
    Warnings = 1,
    /// The code under build is at fault.
    Failure = 2,
    /// Nothing was done, on purpose.
    Skipped = 3,
    /// The farm or the configuration is at fault.
    Exception = 4,
    /// The worker was lost; the request is built again.
    Retry = 5,
    /// A person or a newer build ended it.
    Cancelled = 6,
}

impl Results {
    /// All results, by number.
    pub const ALL: [Results; 7] = [
        Results::Success,
        Results::Warnings,
        Results::Failure,
        Results::Skipped,
        Results::Exception,
        Results::Retry,
        Results::Cancelled,
    ];

    /// The lower-case word that users, logs and `state_string`s see.
    pub const fn word(self) -> &'static str {
        match self {
            Results::Success => "success",
            Results::Warnings => "warnings",
            Results::Failure => "failure",
            Results::Skipped => "skipped",
            Results::Exception => "exception",
            Results::Retry => "retry",
            Results::Cancelled => "cancelled",
        }
    }

    /// 0 (best: skipped) to 6 (worst: cancelled).
    const fn severity(self) -> u8 {
        match self {
            Results::Skipped => 0,
            Results::Success => 1,
            Results::Warnings => 2,
            Results::Failure => 3,
            Results::Exception => 4,
            Results::Retry => 5,
            Results::Cancelled => 6,
        }
    }

    /// The worse of the two.
    pub const fn worst(self, other: Results) -> Results {
        if self.severity() >= other.severity() {
            self
        } else {
            other
        }
    }

    /// Green: success or warnings.
    pub const fn is_green(self) -> bool {
        matches!(self, Results::Success | Results::Warnings)
    }

    /// Red: failure. Every other result leaves a builder as it was.
    pub const fn is_red(self) -> bool {
        matches!(self, Results::Failure)
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl From<Results> for u8 {
    fn from(results: Results) -> u8 {
        results as u8
    }
}

/// A number that is no result.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a result; results are 0 (success) to 6 (cancelled)")]
pub struct NoSuchResult(pub i64);

impl TryFrom<u8> for Results {
    type Error = NoSuchResult;

    fn try_from(code: u8) -> Result<Results, NoSuchResult> {
        Results::ALL
            .get(code as usize)
            .copied()
            .ok_or(NoSuchResult(code.into()))
    }
}

impl TryFrom<i64> for Results {
    type Error = NoSuchResult;

    fn try_from(code: i64) -> Result<Results, NoSuchResult> {
        usize::try_from(code)
            .ok()
            .and_then(|i| Results::ALL.get(i))
            .copied()
            .ok_or(NoSuchResult(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worst_follows_buildbots_order() {
        let by_severity = [
            Results::Skipped,
            Results::Success,
            Results::Warnings,
            Results::Failure,
            Results::Exception,
            Results::Retry,
            Results::Cancelled,
        ];
        for (i, a) in by_severity.iter().enumerate() {
            for (j, b) in by_severity.iter().enumerate() {
                assert_eq!(a.worst(*b), by_severity[i.max(j)], "{a} and {b}");
            }
        }
    }

    #[test]
    fn numbers_are_the_protocols() {
        for (code, results) in Results::ALL.iter().enumerate() {
            assert_eq!(Results::try_from(code as i64), Ok(*results));
        }
        assert_eq!(Results::try_from(7_i64), Err(NoSuchResult(7)));
        assert_eq!(Results::try_from(-1_i64), Err(NoSuchResult(-1)));
    }
}
