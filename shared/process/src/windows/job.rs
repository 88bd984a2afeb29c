//! A job object: the processes of one command, which cannot leave it, and die when its only handle is closed.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject, TerminateJobObject,
};

/// The exit status of what was killed.
const KILLED: u32 = 1;

/// A job. Dropping it kills what is in it, and so does the end of this process: nobody else has a handle.
#[derive(Debug)]
pub(super) struct Job(OwnedHandle);

impl Job {
    /// An empty job.
    pub(super) fn new() -> io::Result<Job> {
        // SAFETY: no name and no attributes, so the handle is not inherited; a handle that is not null is ours.
        let job = unsafe {
            let handle = CreateJobObjectW(null(), null());
            if handle.is_null() {
                return Err(io::Error::last_os_error());
            }
            Job(OwnedHandle::from_raw_handle(handle))
        };
        // SAFETY: a structure of numbers, for which zeros mean no limit.
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { zeroed() };
        // And no window that tells of a crash and waits for somebody to close it.
        limits.BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
        // SAFETY: the structure is the one that this class takes, and of this size.
        done(unsafe {
            SetInformationJobObject(
                job.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32,
            )
        })?;
        Ok(job)
    }

    /// Takes a process in. What it starts from then on is in the job as well.
    pub(super) fn take(&self, process: BorrowedHandle<'_>) -> io::Result<()> {
        // SAFETY: both handles are open.
        done(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle()) })
    }

    /// Orders all processes to be killed.
    pub(super) fn kill(&self) {
        // SAFETY: the handle is open.
        if let Err(error) = done(unsafe { TerminateJobObject(self.0.as_raw_handle(), KILLED) }) {
            tracing::debug!(%error, "a job cannot be ended; it dies when it is dropped");
        }
    }

    /// How many processes are alive in it.
    pub(super) fn alive(&self) -> io::Result<u32> {
        // SAFETY: a structure of numbers; it is the one that this class fills, and of this size.
        unsafe {
            let mut counts: JOBOBJECT_BASIC_ACCOUNTING_INFORMATION = zeroed();
            done(QueryInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectBasicAccountingInformation,
                (&raw mut counts).cast(),
                size_of::<JOBOBJECT_BASIC_ACCOUNTING_INFORMATION>() as u32,
                std::ptr::null_mut(),
            ))?;
            Ok(counts.ActiveProcesses)
        }
    }
}

fn done(result: i32) -> io::Result<()> {
    match result {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
