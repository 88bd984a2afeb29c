//! Stand-ins for programs that are not installed: they note what they are asked, and answer with texts in the format of
//! the real ones.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A program made for one test.
pub struct Standin {
    folder: PathBuf,
}

impl Standin {
    /// One that answers questions, by their arguments with a blank between, and fails at others.
    pub fn new(folder: &Path, answers: &[(&str, &[u8])]) -> Standin {
        let folder = folder.join("standin");
        std::fs::create_dir_all(&folder).expect("folder");
        let mut cases = String::new();
        for (number, (question, answer)) in answers.iter().enumerate() {
            std::fs::write(folder.join(number.to_string()), answer).expect("answer");
            cases.push_str(&format!("'{question}') cat \"$here/{number}\";;\n"));
        }
        let script = format!(
            "#!/bin/sh\nhere='{}'\necho \"$*\" >> \"$here/asked\"\ncase \"$*\" in\n{cases}*) echo \"no answer to $*\" >&2; exit 1;;\nesac\n",
            folder.display()
        );
        let standin = Standin { folder };
        standin.write(&script);
        standin
    }

    /// One that runs a script.
    pub fn script(folder: &Path, script: &str) -> Standin {
        let folder = folder.join("standin");
        std::fs::create_dir_all(&folder).expect("folder");
        let standin = Standin { folder };
        standin.write(&format!("#!/bin/sh\n{script}\n"));
        standin
    }

    fn write(&self, script: &str) {
        std::fs::write(self.program(), script).expect("script");
        std::fs::set_permissions(self.program(), std::fs::Permissions::from_mode(0o755)).expect("mode");
    }

    /// Where it is.
    pub fn program(&self) -> PathBuf {
        self.folder.join("program")
    }

    /// What it was asked.
    pub fn asked(&self) -> String {
        std::fs::read_to_string(self.folder.join("asked")).unwrap_or_default()
    }
}
