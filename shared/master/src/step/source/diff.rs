//! What kind of patch it is, and what the program `patch` cannot do with it.

/// Whether it is a diff in git's extended form, as Git, Mercurial and Outpost make it.
pub fn is_git_style(body: &[u8]) -> bool {
    lines(body).any(|line| line.starts_with(b"diff --git "))
}

/// Where only `patch` is at hand: what of the patch it cannot carry on every system, in words.
pub fn not_for_patch(body: &[u8]) -> Option<&'static str> {
    const WHAT: [(&[u8], &str); 8] = [
        (b"GIT binary patch", "a binary file"),
        (b"Binary files ", "a binary file whose content the patch does not have"),
        (b"rename from ", "a renamed file"),
        (b"copy from ", "a copied file"),
        (b"old mode ", "a changed mode"),
        (b"new file mode 120000", "a symbolic link"),
        (b"deleted file mode 120000", "a symbolic link"),
        (b"new file mode 100755", "a new file that can be run"),
    ];
    // Lines of hunks begin with a blank, a sign or a backslash, so none of them looks like one of these.
    let told = lines(body).find_map(|line| WHAT.iter().find(|(begin, _)| line.starts_with(begin)));
    match told {
        Some((_, what)) => Some(*what),
        None => has_empty_file(body).then_some("an empty file that is new or removed"),
    }
}

/// Whether a file is made or removed without any content.
fn has_empty_file(body: &[u8]) -> bool {
    let mut waits = false;
    for line in lines(body) {
        if line.starts_with(b"diff --git ") {
            if waits {
                return true;
            }
        } else if line.starts_with(b"new file mode ") || line.starts_with(b"deleted file mode ") {
            waits = true;
        } else if line.starts_with(b"@@ ") {
            waits = false;
        }
    }
    waits
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHANGED: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-rename from x\n+old mode 1\n";

    #[test]
    fn patches_in_gits_form_are_known() {
        assert!(is_git_style(CHANGED.as_bytes()));
        assert!(!is_git_style(
            b"Index: f\n--- f\n+++ f\n@@ -1 +1 @@\n-diff --git x\n+ diff --git y\n"
        ));
    }

    #[test]
    fn what_patch_cannot_carry_is_named() {
        let with = |header: &str| format!("{CHANGED}diff --git a/g b/g\n{header}\n");
        let table = [
            ("old mode 100644\nnew mode 100755", "a changed mode"),
            ("rename from g\nrename to h", "a renamed file"),
            (
                "new file mode 100644\nindex 0..1\nGIT binary patch\nliteral 0",
                "a binary file",
            ),
            (
                "new file mode 120000\n--- /dev/null\n+++ b/g\n@@ -0,0 +1 @@\n+f",
                "a symbolic link",
            ),
            (
                "new file mode 100644\nindex 0000000..e69de29",
                "an empty file that is new or removed",
            ),
            (
                "deleted file mode 100644\nindex e69de29..0000000\ndiff --git a/h b/h\n@@ -1 +1 @@",
                "an empty file that is new or removed",
            ),
        ];
        for (header, what) in table {
            assert_eq!(not_for_patch(with(header).as_bytes()), Some(what), "{header}");
        }
        assert_eq!(not_for_patch(CHANGED.as_bytes()), None);
        let new = with("new file mode 100644\n--- /dev/null\n+++ b/g\n@@ -0,0 +1 @@\n+x");
        assert_eq!(not_for_patch(new.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            is_git_style(&body);
            not_for_patch(&body);
        }
    }
}
