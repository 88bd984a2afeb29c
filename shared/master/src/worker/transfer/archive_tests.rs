use super::*;
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// An archive whose entries may be anything.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(mut self, name: &str, kind: EntryType, change: impl FnOnce(&mut Header), content: &[u8]) -> Tar {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_mtime(1_000_000_000);
        header.set_size(content.len() as u64);
        change(&mut header);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &str) -> Tar {
        self.entry(name, EntryType::Regular, |_| (), content.as_bytes())
    }

    fn folder(self, name: &str) -> Tar {
        self.entry(name, EntryType::Directory, |_| (), b"")
    }

    fn link(self, name: &str, kind: EntryType, target: &str) -> Tar {
        let set = |header: &mut Header| header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        self.entry(name, kind, set, b"")
    }

    fn symlink(self, name: &str, target: &str) -> Tar {
        self.link(name, EntryType::Symlink, target)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// Unpacks into the folder `in` of a folder that has nothing else.
fn unpacked(archive: &[u8], compress: Compress) -> (TempDir, Result<(), String>) {
    let outer = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(outer.path().join("in")).expect("a folder");
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(archive).expect("it is written");
    let result = unpack(&mut file, archive.len() as u64, compress, &outer.path().join("in"));
    let left: Vec<_> = std::fs::read_dir(outer.path()).expect("it is there").collect();
    assert_eq!(left.len(), 1, "something is outside");
    (outer, result)
}

fn good(archive: &[u8]) -> TempDir {
    let (folder, result) = unpacked(archive, Compress::No);
    assert_eq!(result, Ok(()));
    folder
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join("in").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn refused(archive: Tar, words: &str) {
    let (_folder, result) = unpacked(&archive.end(), Compress::No);
    let told = result.expect_err("it is refused");
    assert!(told.contains(words), "{told}");
}

#[test]
fn the_folder_itself_is_a_slash_as_python_writes_it() {
    let archive = Tar::default().folder("/").file("a", "content").end();
    let (outer, result) = unpacked(&archive, Compress::No);
    assert_eq!(result, Ok(()));
    assert_eq!(
        std::fs::read_to_string(outer.path().join("in/a")).expect("a file"),
        "content"
    );
    let (_outer, result) = unpacked(&Tar::default().file("/etc", "").end(), Compress::No);
    assert!(result.is_err());
}

#[test]
fn folders_files_and_links_are_made() {
    let archive = Tar::default()
        .folder("./")
        .folder("d/")
        .file("d/f", "one")
        .file("./e/deep/f", "two")
        .symlink("e/l", "../d/f")
        .link("d/h", EntryType::Link, "d/f")
        .file("d/f2", "three")
        .end();
    let folder = good(&archive);
    let path = folder.path();
    assert_eq!(
        (
            read(path, "d/f"),
            read(path, "e/deep/f"),
            read(path, "e/l"),
            read(path, "d/h")
        ),
        ("one".into(), "two".into(), "one".into(), "one".into())
    );
    let modified = path
        .join("in/d/f2")
        .metadata()
        .and_then(|found| found.modified())
        .expect("a time");
    assert_eq!(modified, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
}

#[test]
fn the_folder_itself_may_be_called_anything_that_means_it() {
    for name in ["/", "./", ".", ""] {
        let folder = good(&Tar::default().folder(name).file("f", "one").end());
        assert_eq!(read(folder.path(), "f"), "one", "{name:?}");
    }
    refused(Tar::default().file("/f", "x"), "leads out of the folder");
}

#[test]
fn compressed_archives_are_unpacked() {
    let plain = Tar::default().file("f", "one").end();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain).expect("it is packed");
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    bzip2.write_all(&plain).expect("it is packed");
    for (packed, compress) in [
        (gzip.finish().expect("it ends"), Compress::Gzip),
        (bzip2.finish().expect("it ends"), Compress::Bzip2),
    ] {
        let (folder, result) = unpacked(&packed, compress);
        assert_eq!(result, Ok(()));
        assert_eq!(read(folder.path(), "f"), "one");
        let (_, result) = unpacked(&plain, compress);
        assert!(result.is_err());
    }
}

#[test]
fn long_names_of_both_kinds_are_known() {
    let name = format!("{}/f", "x".repeat(150));
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        // The length counts its own digits.
        let length = (1..5)
            .map(|digits| rest.len() + digits)
            .find(|n| n.to_string().len() + rest.len() == *n);
        format!("{}{rest}", length.expect("a length"))
    };
    let pax = record("path", &name) + &record("size", "3");
    let archive = Tar::default()
        .entry(
            "././@LongLink",
            EntryType::GNULongName,
            |_| (),
            format!("{name}g\0").as_bytes(),
        )
        .file("short", "gnu")
        .entry("pax", EntryType::XHeader, |_| (), pax.as_bytes())
        .entry("short", EntryType::Regular, |header| header.set_size(0), b"pax")
        .end();
    let folder = good(&archive);
    assert_eq!(read(folder.path(), &format!("{name}g")), "gnu");
    assert_eq!(read(folder.path(), &name), "pax");
}

#[test]
fn names_that_lead_out_are_refused() {
    refused(Tar::default().file("../f", "x"), "'../f' leads out of the folder");
    refused(Tar::default().file("/tmp/f", "x"), "leads out of the folder");
    refused(Tar::default().file("d/../../f", "x"), "leads out of the folder");
    refused(Tar::default().folder("../d/"), "leads out of the folder");
    let long = |kind, name: &str| Tar::default().entry("long", kind, |_| (), name.as_bytes());
    refused(
        long(EntryType::GNULongName, "../f").file("f", "x"),
        "leads out of the folder",
    );
    refused(
        long(EntryType::XHeader, "13 path=../f\n").file("f", "x"),
        "leads out of the folder",
    );
}

#[test]
fn links_that_lead_out_are_refused() {
    refused(Tar::default().symlink("l", "/etc"), "leads out");
    refused(Tar::default().symlink("l", ".."), "leads out");
    refused(Tar::default().symlink("d/l", "../../x"), "leads out");
    // By itself each is inside; together they are not.
    refused(
        Tar::default().symlink("a/b/l", "../..").symlink("m", "a/b/l/../x"),
        "leads out",
    );
    refused(Tar::default().link("h", EntryType::Link, "/etc/passwd"), "leads out");
    refused(Tar::default().link("h", EntryType::Link, "../f"), "leads out");
    refused(Tar::default().link("h", EntryType::Link, "absent"), "leads out");
}

#[test]
fn nothing_is_written_through_a_link() {
    let through = Tar::default().folder("d/").symlink("l", "d").file("l/f", "x");
    refused(through, "a link where it needs a folder");
    // A file takes the link's place and does not follow it.
    let over = Tar::default().file("f", "one").symlink("l", "f").file("l", "two").end();
    let folder = good(&over);
    assert_eq!(
        (read(folder.path(), "f"), read(folder.path(), "l")),
        ("one".into(), "two".into())
    );
}

#[test]
fn devices_pipes_and_what_is_unknown_are_refused() {
    for kind in [
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::GNUSparse,
        EntryType::new(b'Z'),
    ] {
        refused(
            Tar::default().entry("f", kind, |_| (), b""),
            "neither file, folder nor link",
        );
    }
}

#[test]
fn special_bits_are_taken_away() {
    let mode = |mode| move |header: &mut Header| header.set_mode(mode);
    let archive = Tar::default()
        .entry("s", EntryType::Regular, mode(0o4777), b"x")
        .entry("w", EntryType::Regular, mode(0o066), b"x")
        .end();
    let folder = good(&archive);
    let mode = |name: &str| {
        let found = folder.path().join("in").join(name).metadata().expect("it is there");
        found.permissions().mode() & 0o7777
    };
    assert_eq!((mode("s"), mode("w")), (0o755, 0o644));
}

#[test]
fn what_is_damaged_or_not_whole_is_told() {
    let whole = Tar::default().file("f", &"x".repeat(600)).end();
    for length in [0, 1, 511, 512, 700, 1535, 1536] {
        let (_folder, result) = unpacked(&whole[..length], Compress::No);
        let told = result.expect_err("it is not whole");
        assert!(
            told.contains("ends too early") || told.contains("unpacked"),
            "{length}: {told}"
        );
    }
    let mut damaged = whole;
    damaged[0] = b'g';
    let (_folder, result) = unpacked(&damaged, Compress::No);
    assert!(result.expect_err("it is damaged").contains("checksum"));
}

#[test]
fn what_grows_beyond_measure_is_refused_before_it_does() {
    let bomb = Tar::default()
        .entry("f", EntryType::Regular, |header| header.set_size(1 << 40), b"")
        .end();
    let (folder, result) = unpacked(&bomb, Compress::No);
    assert!(result.expect_err("it is refused").contains("would grow"));
    assert!(!folder.path().join("in/f").exists());
    let name = Tar::default()
        .entry("n", EntryType::GNULongName, |header| header.set_size(1 << 29), b"")
        .end();
    let (_folder, result) = unpacked(&name, Compress::No);
    assert!(result.expect_err("it is refused").contains("a name of 536870912 bytes"));
}

proptest! {
    #[test]
    fn no_damage_leads_out_or_panics(at in 0_usize..4096, byte: u8, seal: bool) {
        let mut archive = Tar::default()
            .folder("d/")
            .symlink("d/l", "../f")
            .entry("x", EntryType::XHeader, |_| (), b"12 path=d/g\n")
            .file("f", "one")
            .link("h", EntryType::Link, "d/g")
            .end();
        let at = at % archive.len();
        archive[at] = byte;
        if seal {
            // So that the damage is more than a wrong checksum.
            let header = at / 512 * 512;
            let mut sealed = Header::new_old();
            sealed.as_mut_bytes().copy_from_slice(&archive[header..header + 512]);
            sealed.set_cksum();
            archive[header..header + 512].copy_from_slice(sealed.as_bytes());
        }
        drop(unpacked(&archive, Compress::No));
    }

    #[test]
    fn rubbish_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        for compress in [Compress::No, Compress::Gzip, Compress::Bzip2] {
            let (_folder, result) = unpacked(&bytes, compress);
            // 512 zeros are an empty archive.
            prop_assert!(result.is_err() || bytes.starts_with(&[0; 512]));
        }
    }
}
