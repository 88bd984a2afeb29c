//! The files in which git leaves what did not fit, read from what it says in English.

/// So many of them become logs; somebody who sees these needs no more.
const MOST: usize = 20;

/// From `git apply`, which says `error: patch failed: NAME:LINE`: the files that `git apply --reject` will make.
pub fn of_git(said: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in said.lines() {
        let failed = line.strip_prefix("error: patch failed: ");
        if let Some((name, _)) = failed.and_then(|failed| failed.rsplit_once(':')) {
            let reject = format!("{name}.rej");
            if is_below(&reject) && !names.contains(&reject) && names.len() < MOST {
                names.push(reject);
            }
        }
    }
    names
}

/// Whether a name is surely below the tree.
fn is_below(name: &str) -> bool {
    let leads_up = name.split(['/', '\\']).any(|element| element == "..");
    !leads_up && !name.starts_with(['/', '"', '~']) && name.len() < 200
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_what_git_says() {
        let said = "Checking patch f...\nerror: while searching for:\nerror: patch failed: sub/a: b:12\n\
                    error: sub/a: b: patch does not apply\nerror: patch failed: sub/a: b:90\n\
                    error: patch failed: ../x:1\nerror: patch failed: /etc/x:1\nerror: n: No such file or directory\n";
        assert_eq!(of_git(said), ["sub/a: b.rej"]);
    }
}
