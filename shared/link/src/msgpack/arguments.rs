//! A command's arguments as this protocol has them: other names, whole paths, no references to files
//! (`worker-protocol-msgpack` §4.1).

use super::paths::Machine;
use wire::worker::{TransferId, Value};

/// A command as it is sent.
#[derive(Debug, PartialEq)]
pub(super) struct Translated {
    pub(super) name: &'static str,
    pub(super) args: Value,
    /// The file that it transfers.
    pub(super) transfer: Option<TransferId>,
}

/// The arguments of one command, on their way from one form to the other.
struct Args<'a> {
    pairs: Vec<(String, Value)>,
    machine: &'a Machine,
    folder: &'a str,
}

/// Puts a command of the builder with this folder into the protocol's words; `None` when the command is not known and
/// goes as it is.
pub(super) fn translate(name: &str, args: &Value, folder: &str, machine: &Machine) -> Option<Translated> {
    let pairs = match args {
        Value::Dict(pairs) => pairs.clone(),
        _ => Vec::new(),
    };
    let mut args = Args { pairs, machine, folder };
    let mut transfer = None;
    let name = match name {
        "shell" => {
            args.replace("workdir", "workdir", |args, path| args.whole(path));
            "shell"
        }
        "uploadFile" | "upload_file" => {
            transfer = args.transfer("writer", "workersrc");
            "upload_file"
        }
        "uploadDirectory" | "upload_directory" => {
            transfer = args.transfer("writer", "workersrc");
            "upload_directory"
        }
        "downloadFile" | "download_file" => {
            transfer = args.transfer("reader", "workerdest");
            "download_file"
        }
        "mkdir" => {
            args.list("dir", "paths");
            "mkdir"
        }
        "rmdir" => {
            args.list("dir", "paths");
            "rmdir"
        }
        "cpdir" => {
            args.replace("fromdir", "from_path", |args, path| args.whole(path));
            args.replace("todir", "to_path", |args, path| args.whole(path));
            args.or("timeout", Value::Int(120));
            "cpdir"
        }
        "stat" => {
            args.replace("file", "path", Args::in_workdir);
            "stat"
        }
        "glob" => {
            args.replace("path", "path", |args, path| args.whole(path));
            "glob"
        }
        "listdir" => {
            args.replace("dir", "path", |args, path| args.whole(path));
            "listdir"
        }
        "rmfile" => {
            args.replace("path", "path", |args, path| args.whole(&args.machine.with_home(path)));
            "rmfile"
        }
        _ => return None,
    };
    Some(Translated {
        name,
        args: Value::Dict(args.pairs),
        transfer,
    })
}

impl Args<'_> {
    /// A path below the builder's folder.
    fn whole(&self, path: &str) -> String {
        self.machine.join(self.folder, path)
    }

    /// A path below `workdir`, if there is one.
    fn in_workdir(&self, path: &str) -> String {
        let workdir = self.get("workdir").and_then(Value::text).unwrap_or_default();
        match workdir {
            "" => self.whole(path),
            workdir => self.machine.join(&self.whole(workdir), path),
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.pairs.iter().position(|(name, _)| name == key)?;
        Some(self.pairs.remove(at).1)
    }

    fn put(&mut self, key: &str, value: Value) {
        self.pairs.push((key.to_owned(), value));
    }

    fn or(&mut self, key: &str, value: Value) {
        if self.get(key).is_none() {
            self.put(key, value);
        }
    }

    /// One path by its new name. What is no text stays, and the worker refuses it.
    fn replace(&mut self, old: &str, new: &str, path: impl Fn(&Self, &str) -> String) {
        let Some(whole) = self.get(old).and_then(Value::text).map(|text| path(self, text)) else {
            return;
        };
        self.take(old);
        self.put(new, whole.into());
    }

    /// One path or several, by their new name.
    fn list(&mut self, old: &str, new: &str) {
        let whole = |value: &Value| value.text().map_or(value.clone(), |path| self.whole(path).into());
        let paths = match self.get(old) {
            None => return,
            Some(Value::List(paths) | Value::Tuple(paths)) => paths.iter().map(whole).collect(),
            Some(path) => vec![whole(path)],
        };
        self.take(old);
        self.put(new, Value::List(paths));
    }

    /// The file that is transferred: its place there gets a name of its own, and the reference to the one here goes.
    fn transfer(&mut self, reference: &str, place: &str) -> Option<TransferId> {
        let path = self.get(place).and_then(Value::text);
        if let Some(path) = path.map(|path| self.in_workdir(&self.machine.with_home(path))) {
            self.put("path", path.into());
        }
        self.take(reference)?.int()
    }
}

/// Whether there is a word in the command that its log must not show.
pub(super) fn has_obfuscated(args: &Value) -> bool {
    let (Some(Value::List(words)) | Some(Value::Tuple(words))) = args.get("command") else {
        return false;
    };
    words.iter().any(|word| match word {
        Value::Tuple(parts) | Value::List(parts) => parts.len() == 3 && parts[0].text() == Some("obfuscated"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Value {
        Value::Dict(pairs.map(|(key, value)| (key.to_owned(), value)).into())
    }

    fn windows() -> Machine {
        let environ = dict([("USERPROFILE", r"C:\Users\jane".into())]);
        let info = [
            ("basedir", Value::from(r"C:\w")),
            ("system", "nt".into()),
            ("environ", environ),
        ];
        Machine::of(&info.map(|(key, value)| (key.to_owned(), value)).into()).unwrap()
    }

    #[test]
    fn paths_are_whole_as_the_workers_system_writes_them() {
        let args = dict([
            ("reader", Value::Int(7)),
            ("workdir", "build".into()),
            ("workerdest", r"sub\f".into()),
        ]);
        let translated = translate("downloadFile", &args, r"C:\w\b", &windows()).unwrap();
        assert_eq!((translated.name, translated.transfer), ("download_file", Some(7)));
        assert_eq!(translated.args.get("path"), Some(&r"C:\w\b\build\sub\f".into()));
        assert_eq!(translated.args.get("reader"), None);
        let args = dict([("workersrc", "~/f".into()), ("writer", Value::Int(8))]);
        let translated = translate("uploadFile", &args, r"C:\w\b", &windows()).unwrap();
        assert_eq!(translated.args.get("path"), Some(&r"C:\Users\jane/f".into()));
        let args = dict([("path", "~".into())]);
        let translated = translate("rmfile", &args, r"C:\w\b", &windows()).unwrap();
        assert_eq!(translated.args, dict([("path", r"C:\Users\jane".into())]));
    }

    #[test]
    fn what_is_no_path_is_left_to_the_worker() {
        let args = dict([("dir", Value::Int(1))]);
        let translated = translate("listdir", &args, r"C:\w\b", &windows()).unwrap();
        assert_eq!(translated.args, args);
        assert_eq!(translate("mkdir", &Value::None, "", &windows()).unwrap().args, dict([]));
        assert_eq!(translate("nosuch", &args, "", &windows()), None);
    }

    #[test]
    fn hidden_words_are_found() {
        let hidden = Value::Tuple(vec!["obfuscated".into(), "a".into(), "b".into()]);
        let command = |words: Value| dict([("command", words)]);
        assert!(has_obfuscated(&command(Value::List(vec!["echo".into(), hidden]))));
        assert!(!has_obfuscated(&command(Value::List(vec!["obfuscated".into()]))));
        assert!(!has_obfuscated(&command("obfuscated".into())));
    }
}
