//! Files that are not tracked: asked about on a terminal, named otherwise, never dropped in silence.

use super::{Try, wild};
use crate::failure::{Failure, USAGE};
use crate::show::plain::plain;
use app::api::tries::{TryChange, TryPreset, TryUntracked};
use std::io::{BufRead, IsTerminal, Write};

/// Files that are named.
const NAMED: usize = 20;

/// The places of those that go along.
pub fn choose(asked: &Try, preset: Option<&TryPreset>, change: &TryChange) -> Result<Vec<u32>, Failure> {
    let files = &change.untracked;
    let of_preset = preset
        .map(|preset| &preset.values.untracked)
        .filter(|patterns| !patterns.is_empty());
    let patterns = match (asked.untracked.is_empty(), of_preset) {
        (false, _) => &asked.untracked,
        (true, Some(patterns)) => patterns,
        (true, None) if files.is_empty() => return Ok(Vec::new()),
        (true, None) => return ask(files),
    };
    if patterns.iter().any(|pattern| pattern == "none") {
        return match patterns.len() {
            1 => Ok(Vec::new()),
            _ => Err(Failure::new(USAGE, "--untracked=none stands alone")),
        };
    }
    let chosen = files
        .iter()
        .filter(|file| patterns.iter().any(|pattern| is_of(pattern, file)));
    Ok(chosen.map(|file| file.file).collect())
}

/// `all` leaves out what nobody means to send.
fn is_of(pattern: &str, file: &TryUntracked) -> bool {
    if pattern == "all" {
        if file.large {
            eprintln!(
                "Left out, as it is so large: {} (--untracked='{}' sends it)",
                plain(&file.path),
                plain(&file.path)
            );
        }
        return !file.large;
    }
    wild::fits_path(pattern, &file.path)
}

fn ask(files: &[TryUntracked]) -> Result<Vec<u32>, Failure> {
    let named: Vec<String> = files
        .iter()
        .take(NAMED)
        .map(|file| format!("  {}", plain(&file.path)))
        .collect();
    let more = match files.len() > NAMED {
        true => format!("\n  and {} more", files.len() - NAMED),
        false => String::new(),
    };
    let list = format!("{}{more}", named.join("\n"));
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        eprintln!("Left out, as they are not tracked:\n{list}\n--untracked sends them, --untracked=none says nothing");
        return Ok(Vec::new());
    }
    eprint!("Not tracked:\n{list}\nSend them too? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    Ok(match yes {
        true => files.iter().filter(|file| !file.large).map(|file| file.file).collect(),
        false => Vec::new(),
    })
}
