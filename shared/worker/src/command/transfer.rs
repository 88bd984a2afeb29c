//! What the transfers have in common (§5): the block size, the largest size, calls to the master, and how they end.

use super::Context;
use super::args::Args;
use std::path::Path;
use wire::worker::link::CallError;
use wire::worker::{Answer, Call, Failure, SIZE_LIMIT, Update, WorkerCall};

/// How much at once, and how much in all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    block: usize,
    max: Option<u64>,
}

/// Why a transfer is not complete.
#[derive(Debug)]
pub(super) enum TransferError {
    /// A reason of ours, for the error stream.
    Told(String),
    /// The master refuses: the command itself fails.
    Master(Failure),
    /// It was interrupted, and everybody knows.
    Interrupted,
}

impl Limits {
    pub(super) fn parse(args: Args<'_>) -> Result<Limits, Failure> {
        let block = args.size("blocksize")?.unwrap_or(0);
        Ok(Limits {
            // A block must fit into one message.
            block: usize::try_from(block).unwrap_or(SIZE_LIMIT).clamp(1, SIZE_LIMIT),
            max: args.size("maxsize")?,
        })
    }

    pub(super) fn block(self) -> usize {
        self.block
    }

    /// How much to ask for next; none when all that may go has gone.
    pub(super) fn next(self, done: u64) -> Option<usize> {
        let rest = self.max.map_or(u64::MAX, |max| max.saturating_sub(done));
        let next = usize::try_from(rest).map_or(self.block, |rest| rest.min(self.block));
        (next > 0).then_some(next)
    }

    pub(super) fn truncated(self, path: &Path) -> TransferError {
        TransferError::Told(format!(
            "Maximum filesize reached, truncating file '{}'",
            path.display()
        ))
    }
}

/// Calls the master and waits for its answer.
pub(super) async fn call(context: &Context, call: WorkerCall) -> Result<Answer, Failure> {
    let answer = tokio::select! {
        answer = context.caller.call(Call::Worker(call)) => answer,
        () = context.abandoned.cancelled() => Err(CallError::Lost),
    };
    answer.map_err(|error| match error {
        CallError::Failed(failure) => failure,
        other => super::failure("builtins.RuntimeError", other.to_string()),
    })
}

pub(super) fn check_interrupt(context: &Context) -> Result<(), TransferError> {
    match context.interrupt.is_cancelled() {
        true => Err(TransferError::Interrupted),
        false => Ok(()),
    }
}

/// The end of every transfer: `rc`, and what went wrong.
pub(super) fn tell(context: &mut Context, result: Result<(), TransferError>) -> Result<(), Failure> {
    context.report.update(Update::Rc(i64::from(result.is_err())));
    match result {
        Ok(()) | Err(TransferError::Interrupted) => Ok(()),
        Err(TransferError::Told(reason)) => {
            // Without an end of line, so it arrives after `rc`.
            context.report.stderr_text(&reason);
            Ok(())
        }
        Err(TransferError::Master(failure)) => Err(failure),
    }
}
