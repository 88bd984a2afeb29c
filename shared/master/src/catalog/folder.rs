//! The folder that a builder has on its workers.

use model::config::BuilderConfig;

/// The folders that builders have on workers.
#[derive(Default)]
pub struct Folders {
    taken: Vec<String>,
}

impl Folders {
    /// The configured folder, or a safe one made from the name. Two builders never share one unless the configuration
    /// says so for both (S-161).
    pub fn take(&mut self, builder: &BuilderConfig) -> String {
        if !builder.worker_builddir.is_empty() {
            self.taken.push(builder.worker_builddir.clone());
            return builder.worker_builddir.clone();
        }
        let base = safe_folder(&builder.name);
        let numbered = (2u32..).map(|n| format!("{base}_{n}"));
        let free = |folder: &String| !self.taken.contains(folder);
        let folder = std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base);
        self.taken.push(folder.clone());
        folder
    }
}

/// One path element that every system takes; equal names give equal folders.
fn safe_folder(name: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let folder: String = name.chars().take(100).map(safe).collect();
    match folder.trim_start_matches('.') {
        "" => format!("builder{folder}").replace('.', "_"),
        _ if folder.starts_with('.') => format!("_{}", &folder[1..]),
        _ => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_give_safe_folders_of_their_own() {
        let mut folders = Folders::default();
        let mut take = |name: &str, folder: &str| {
            folders.take(&BuilderConfig {
                name: name.to_owned(),
                worker_builddir: folder.to_owned(),
                ..BuilderConfig::default()
            })
        };
        assert_eq!(take("a/b", ""), "a_b");
        assert_eq!(take("a:b", ""), "a_b_2");
        assert_eq!(take("größe", ""), "gr__e");
        assert_eq!(take("..", ""), "builder__");
        assert_eq!(take(".git", ""), "_git");
        assert_eq!(take("mac (10.15)", ""), "mac__10.15_");
        assert_eq!(take("x", "shared"), "shared");
        assert_eq!(take("y", "shared"), "shared");
    }
}
