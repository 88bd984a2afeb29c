//! What broke, and by whom.

use crate::show::{mark, name, plain::plain, time};
use app::api::overview::{Break, Suspect};

/// A break: who, where, its first error, the changes that may be to blame.
pub fn lines(broken: &Break, now: i64) -> Vec<String> {
    let builds: Vec<String> = broken.builds.iter().map(name::of_build).collect();
    let mut lines = vec![mark::bold(&format!(
        "{} {}: {}  {}{}",
        mark::of_results(Some(2)).shape,
        by(broken),
        builds.join(", "),
        time::ago(broken.since, now),
        claim(broken)
    ))];
    if let Some(step) = &broken.step {
        let error = broken.error.as_deref().map(plain).unwrap_or_default();
        let line = format!("   {}: {error}", plain(step));
        lines.push(line.trim_end().trim_end_matches(':').to_owned());
    }
    lines.extend(broken.suspects.iter().map(suspect));
    lines
}

fn by(broken: &Break) -> String {
    let others = broken.suspects.iter().filter(|suspect| !suspect.mine).count();
    match (broken.mine, others) {
        (true, 0) => "Broken by you".to_owned(),
        (true, 1) => "Broken by you or 1 other".to_owned(),
        (true, n) => format!("Broken by you or {n} others"),
        (false, _) => match broken.suspects.first() {
            Some(suspect) => format!("Broken by {}", plain(&suspect.author)),
            None => "Broken".to_owned(),
        },
    }
}

fn claim(broken: &Break) -> String {
    match &broken.claim {
        Some(claim) if claim.mine => "  you have it".to_owned(),
        Some(claim) => format!("  {} has it", plain(&claim.by)),
        None => String::new(),
    }
}

fn suspect(suspect: &Suspect) -> String {
    let revision: String = suspect.revision.as_deref().unwrap_or("").chars().take(8).collect();
    mark::pale(&format!(
        "   {}  {}  {}",
        plain(&revision),
        plain(&suspect.comment),
        plain(&suspect.author)
    ))
}
