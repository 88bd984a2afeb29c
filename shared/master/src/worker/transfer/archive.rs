//! Unpacks the archive of an uploaded folder (`worker-protocol-pb` §5). It is a worker's, so it may be anything.
//!
//! Nothing leaves the folder: no absolute names, no `..`, nothing is written through a link, and a link's `..` stand
//! at its front and end inside. Devices and pipes are refused. What the archive may grow to is limited, and what is
//! held of it at once is a block. One bad entry refuses the whole.
//!
//! Entries are taken apart here and not by the `tar` crate's iterator, which holds long names of any length in memory.

use super::words_of;
use model::config::Compress;
use std::fs::{File, FileTimes, OpenOptions};
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};
use tar::{EntryType, Header, PaxExtensions};

/// An archive may always grow to this many bytes,
const ALWAYS: u64 = 1 << 30;

/// and to so many times its own size.
const TIMES: u64 = 200;

/// Most files, folders and links.
const ENTRIES: u64 = 1_000_000;

/// Longest extension of an entry: its long name and the like.
const EXTENSION: u64 = 1 << 20;

const BLOCK: u64 = 512;
const BUFFER: usize = 256 << 10;

/// Unpacks `archive`, which has `size` bytes, into the empty folder `into`. The error says which entry is wrong and
/// why.
pub(super) fn unpack(archive: &mut File, size: u64, compress: Compress, into: &Path) -> Result<(), String> {
    archive.rewind().map_err(|error| words_of(&error))?;
    let reader = BufReader::with_capacity(BUFFER, archive);
    let stream: Box<dyn Read + '_> = match compress {
        Compress::No => Box::new(reader),
        Compress::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
        Compress::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(reader)),
    };
    Unpacking {
        stream,
        into,
        left: size.saturating_mul(TIMES).max(ALWAYS),
        entries: 0,
        buffer: vec![0; BUFFER],
    }
    .all()
}

struct Unpacking<'a> {
    stream: Box<dyn Read + 'a>,
    into: &'a Path,
    /// Bytes that may still come.
    left: u64,
    entries: u64,
    buffer: Vec<u8>,
}

/// What stands before an entry and changes it.
#[derive(Default)]
struct Extensions {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Unpacking<'_> {
    fn all(mut self) -> Result<(), String> {
        let mut extensions = Extensions::default();
        while let Some(header) = self.header()? {
            let size = match extensions.size {
                Some(size) if !is_extension(&header) => size,
                _ => header.entry_size().map_err(|error| broken(&error))?,
            };
            self.left = self.left.checked_sub(size).ok_or_else(|| {
                format!("the archive would grow to more than {TIMES} times its size, which no honest one does")
            })?;
            match header.entry_type() {
                EntryType::GNULongName => extensions.name = Some(self.long(size)?),
                EntryType::GNULongLink => extensions.link = Some(self.long(size)?),
                EntryType::XHeader => self.pax(size, &mut extensions)?,
                EntryType::XGlobalHeader => self.skip(size)?,
                _ => {
                    self.entry(&header, size, std::mem::take(&mut extensions))?;
                    continue;
                }
            }
            self.skip(padding(size))?;
        }
        Ok(())
    }

    /// The next header; none at the end of the archive.
    fn header(&mut self) -> Result<Option<Header>, String> {
        let mut header = Header::new_old();
        let bytes = header.as_mut_bytes();
        self.stream.read_exact(bytes).map_err(|error| broken(&error))?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        // The checksum counts itself as blanks (148..156).
        let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
        let own: u32 = bytes[148..156].iter().map(|byte| u32::from(*byte)).sum();
        let told = header.cksum().map_err(|error| broken(&error))?;
        if sum - own + 8 * u32::from(b' ') != told {
            return Err("the archive is damaged: a checksum is wrong".to_owned());
        }
        Ok(Some(header))
    }

    fn entry(&mut self, header: &Header, size: u64, extensions: Extensions) -> Result<(), String> {
        self.entries += 1;
        if self.entries > ENTRIES {
            return Err(format!("the archive has more than {ENTRIES} entries"));
        }
        let mut name = extensions.name.unwrap_or_else(|| header.path_bytes().into_owned());
        // Python's archives call the folder itself `/`.
        if header.entry_type().is_dir() && name.iter().all(|byte| *byte == b'/') {
            name.clear();
        }
        let shown = String::from_utf8_lossy(&name).into_owned();
        let refused = |reason: &str| format!("the archive's '{}' {reason}", shown.escape_default());
        let kind = header.entry_type();
        let is_folder = kind.is_dir() || (kind == EntryType::Regular && name.ends_with(b"/"));
        // Python gives the folder itself no name, but the slash of a folder (§5).
        let is_itself = is_folder && name.iter().all(|byte| *byte == b'/');
        let below = match is_itself {
            true => PathBuf::new(),
            false => inside(&name).ok_or_else(|| refused("leads out of the folder"))?,
        };
        let done = if is_folder {
            self.skip(size + padding(size))?;
            self.folder(&below)
        } else if below.as_os_str().is_empty() {
            return Err(refused("has no name"));
        } else if kind.is_file() || kind.is_contiguous() {
            self.file(header, &below, size)
        } else if kind.is_symlink() || kind.is_hard_link() {
            self.skip(size + padding(size))?;
            let target = extensions
                .link
                .or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned))
                .unwrap_or_default();
            self.link(&below, &target, kind.is_symlink())
        } else {
            return Err(refused("is neither file, folder nor link"));
        };
        done.map_err(|error| refused(&format!("cannot be unpacked: {}", words_of(&error))))
    }

    /// Makes a folder and those above it, none of them behind a link.
    fn folder(&self, below: &Path) -> io::Result<()> {
        let mut folder = self.into.to_owned();
        for part in below {
            folder.push(part);
            match folder.symlink_metadata() {
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Err(io::Error::other("there is a file or a link where it needs a folder")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::create_dir(&folder)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The place for an entry that is no folder: its folder is there, and nothing else of its name is.
    fn place(&self, below: &Path) -> io::Result<PathBuf> {
        self.folder(below.parent().unwrap_or(Path::new("")))?;
        let place = self.into.join(below);
        match std::fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(place),
        }
    }

    fn file(&mut self, header: &Header, below: &Path, size: u64) -> io::Result<()> {
        let place = self.place(below)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(place)?;
        let mut left = size;
        while left > 0 {
            let length = usize::try_from(left).map_or(BUFFER, |left| left.min(BUFFER));
            let block = &mut self.buffer[..length];
            self.stream.read_exact(block)?;
            file.write_all(block)?;
            left -= length as u64;
        }
        self.skip(padding(size)).map_err(io::Error::other)?;
        super::upload::set_mode(&file, safe_mode(header.mode()?))?;
        let modified = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(header.mtime()?));
        match modified {
            Some(modified) => file.set_times(FileTimes::new().set_modified(modified)),
            None => Ok(()),
        }
    }

    fn link(&self, below: &Path, target: &[u8], symbolic: bool) -> io::Result<()> {
        let out = || io::Error::other("it is a link that leads out of the folder");
        if symbolic {
            let target = path_of(target).ok_or_else(out)?;
            let depth = below.components().count() - 1;
            if !stays_inside(&target, depth) {
                return Err(out());
            }
            return symlink(&target, &self.place(below)?);
        }
        let target = self.into.join(inside(target).ok_or_else(out)?);
        // What is linked to was unpacked before, and not behind a link.
        let is_here = target
            .canonicalize()
            .ok()
            .zip(self.into.canonicalize().ok())
            .is_some_and(|(target, into)| target.starts_with(into));
        if !is_here || !target.symlink_metadata()?.is_file() {
            return Err(out());
        }
        let place = self.place(below)?;
        std::fs::hard_link(target, place)
    }

    /// A long name: its bytes up to the first 0.
    fn long(&mut self, size: u64) -> Result<Vec<u8>, String> {
        let mut name = self.extension(size)?;
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }

    fn pax(&mut self, size: u64, extensions: &mut Extensions) -> Result<(), String> {
        let records = self.extension(size)?;
        for record in PaxExtensions::new(&records) {
            let record = record.map_err(|error| broken(&error))?;
            match record.key_bytes() {
                b"path" => extensions.name = Some(record.value_bytes().to_owned()),
                b"linkpath" => extensions.link = Some(record.value_bytes().to_owned()),
                b"size" => {
                    let size = record.value().ok().and_then(|size| size.parse().ok());
                    extensions.size = Some(size.ok_or("the archive is damaged: a size is no number")?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn extension(&mut self, size: u64) -> Result<Vec<u8>, String> {
        if size > EXTENSION {
            return Err(format!("the archive has a name of {size} bytes"));
        }
        let mut bytes = vec![0; size as usize];
        self.stream.read_exact(&mut bytes).map_err(|error| broken(&error))?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> Result<(), String> {
        let skipped = io::copy(&mut self.stream.by_ref().take(size), &mut io::sink());
        match skipped.map_err(|error| broken(&error))? {
            skipped if skipped == size => Ok(()),
            _ => Err(broken(&io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

fn is_extension(header: &Header) -> bool {
    matches!(
        header.entry_type(),
        EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader
    )
}

/// Content is filled up to whole blocks.
fn padding(size: u64) -> u64 {
    (BLOCK - size % BLOCK) % BLOCK
}

fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the archive ends too early".to_owned(),
        _ => format!("the archive is damaged: {}", words_of(error)),
    }
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    (!name.contains(&0)).then(|| std::ffi::OsStr::from_bytes(name).into())
}

/// Characters that mean something else on Windows are refused.
#[cfg(not(unix))]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    let name = std::str::from_utf8(name).ok()?;
    (!name.contains(['\\', ':', '\0', '<', '>', '"', '|', '?', '*'])).then(|| name.into())
}

/// The name without `.`, if it leads nowhere else.
fn inside(name: &[u8]) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in path_of(name)?.components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(path)
}

/// Whether a link's target, seen from `depth` folders down, is inside. After a name no `..` may come: the name could
/// be a link itself.
fn stays_inside(target: &Path, depth: usize) -> bool {
    let mut up = 0;
    let mut named = false;
    for part in target.components() {
        match part {
            Component::Normal(_) => named = true,
            Component::CurDir => {}
            Component::ParentDir if !named => up += 1,
            _ => return false,
        }
    }
    up <= depth && target.components().next().is_some()
}

/// Without special bits and others' right to write; its owner can read and write it.
fn safe_mode(mode: u32) -> u32 {
    let mode = mode & 0o755 | 0o600;
    if mode & 0o100 == 0 { mode & !0o111 } else { mode }
}

#[cfg(unix)]
fn symlink(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _place: &Path) -> io::Result<()> {
    Err(io::Error::other("links are not made on this system"))
}

#[cfg(all(test, unix))]
#[path = "archive_tests.rs"]
mod tests;
