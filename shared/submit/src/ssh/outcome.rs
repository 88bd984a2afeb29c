//! What came of a delivery, by ssh's status and words.

use super::SshWay;
use crate::SubmitError;
use std::process::ExitStatus;

/// ssh's own status; any other is the program's over there.
const SSH: i32 = 255;

/// A shell's status for a program that is not there, and for one that cannot be run.
const NO_PROGRAM: [i32; 2] = [126, 127];

/// Lines of complaints that are shown.
const LINES: usize = 3;

pub(super) fn of(way: &SshWay, status: ExitStatus, said: &[u8], complained: &[u8]) -> Result<(), SubmitError> {
    if status.success() {
        return Ok(());
    }
    let complaint = [last_lines(complained), last_lines(said)]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| status.to_string());
    Err(match status.code() {
        Some(SSH) => of_ssh(way, &complaint),
        Some(code) if NO_PROGRAM.contains(&code) => SubmitError::lasting(
            format!("{} has no program '{}': {complaint}", way.host, program(way)),
            "Name the program over there, for example with its whole path.",
        ),
        Some(_) => of_program(way, &complaint),
        None => SubmitError::unsure(format!("the connection to {} was ended: {complaint}", way.host)),
    })
}

fn of_ssh(way: &SshWay, complaint: &str) -> SubmitError {
    let host = &way.host;
    let says = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    let message = |what: &str| format!("{host}: {what}: {complaint}");
    if says(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        return SubmitError::lasting(
            message("its host key is not known, or has changed"),
            format!("Compare its key with what its keeper says, then:  ssh {host}"),
        );
    }
    if says(&["Permission denied", "Too many authentication failures"]) {
        return SubmitError::lasting(
            message("it does not let this user in"),
            format!("Add your key there, load it with ssh-add, or name another user; see whether  ssh {host}  works."),
        );
    }
    if says(&["Could not resolve hostname"]) {
        return SubmitError::passing(message("there is no such host, or the network is away"));
    }
    if says(&[
        "Connection refused",
        "No route to host",
        "Network is unreachable",
        "Connection timed out",
    ]) {
        return SubmitError::passing(message("it cannot be reached"));
    }
    SubmitError::unsure(message("the connection was lost"))
}

fn of_program(way: &SshWay, complaint: &str) -> SubmitError {
    let lower = complaint.to_lowercase();
    if lower.contains("no such file") || lower.contains("does not exist") || lower.contains("there is no folder") {
        return SubmitError::lasting(
            format!("{} has no job folder '{}': {complaint}", way.host, way.jobdir),
            "Name the folder that its Try_Jobdir scheduler looks into.",
        );
    }
    if lower.contains("permission denied") {
        return SubmitError::lasting(
            format!("{}: this user may not write to '{}': {complaint}", way.host, way.jobdir),
            "Ask who looks after the master for a group that the folder and you have in common.",
        );
    }
    SubmitError::lasting(
        format!(
            "'{}' on {} did not take the change: {complaint}",
            program(way),
            way.host
        ),
        "Tell who looks after the master.",
    )
}

fn program(way: &SshWay) -> &str {
    match way.buildbotbin.trim() {
        "" => "buildbot",
        program => program,
    }
}

/// The last lines that say something, on one.
fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    let joined = last.join(" / ");
    joined.chars().filter(|c| !c.is_control()).take(500).collect()
}
