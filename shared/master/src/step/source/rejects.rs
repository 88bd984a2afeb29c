//! The files in which git and patch leave what did not fit, read from what they say in English.

/// So many of them become logs; somebody who sees these needs no more.
const MOST: usize = 20;

/// From `git apply --reject --verbose`: `Applying patch NAME with 1 reject...`.
pub fn of_git(said: &str) -> Vec<String> {
    let name = |line: &str| {
        let rest = line.strip_prefix("Applying patch ")?.strip_suffix("...")?;
        let (name, count) = rest.rsplit_once(" with ")?;
        count.contains("reject").then(|| format!("{name}.rej"))
    };
    safe(said.lines().filter_map(name))
}

/// From `patch`: `1 out of 1 hunk FAILED -- saving rejects to file NAME`.
pub fn of_patch(said: &str) -> Vec<String> {
    let name = |line: &str| {
        let (_, name) = line.rsplit_once("saving rejects to file ")?;
        Some(name.trim_matches('\'').to_owned())
    };
    safe(said.lines().filter_map(name))
}

/// Those that are surely below the tree.
fn safe(names: impl Iterator<Item = String>) -> Vec<String> {
    let below = |name: &String| {
        let leads_up = name.split(['/', '\\']).any(|element| element == "..");
        !leads_up && !name.starts_with(['/', '"', '~']) && name.len() < 200
    };
    names.filter(below).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_what_git_says() {
        let said = "Checking patch f...\nerror: while searching for:\nApplying patch sub/a with b with 1 reject...\n\
                    Rejected hunk #1.\nApplied patch n cleanly.\nApplying patch ../x with 2 rejects...\n";
        assert_eq!(of_git(said), ["sub/a with b.rej"]);
    }

    #[test]
    fn names_are_read_from_what_patch_says() {
        let said = "patching file f\nHunk #1 FAILED at 1.\n1 out of 1 hunk FAILED -- saving rejects to file f.rej\n\
                    1 out of 2 hunks FAILED -- saving rejects to file 'a b.rej'\n\
                    1 out of 1 hunk FAILED -- saving rejects to file /etc/x.rej\n";
        assert_eq!(of_patch(said), ["f.rej", "a b.rej"]);
    }
}
