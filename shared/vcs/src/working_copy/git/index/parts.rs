//! The parts of an index: header, entries, extensions, checksum.

use std::ops::Range;

/// Bytes of what git noted of a file's state.
pub(super) const STATE: usize = 40;
/// Of the flags: there are further ones.
pub(super) const EXTENDED: u16 = 0x4000;
/// Of the flags: the length of the path; all ones for that or more.
pub(super) const LENGTH: u16 = 0x0fff;
/// Of the further flags: not to be written.
pub(super) const SKIPPED: u16 = 0x4000;
/// Of the further flags: will be added.
pub(super) const INTENDED: u16 = 0x2000;
/// How many times as long an index of version 4 may be when its paths are written out.
const MOST_GROWTH: usize = 8;
/// Names of files by which git treats others.
const GOVERNING: [&[u8]; 3] = [b".gitattributes", b".gitignore", b".gitmodules"];

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Where each entry begins, in the longhand if there is one.
    pub(super) places: Vec<u32>,
    /// The entries of an index that shortens its paths, written out.
    pub(super) longhand: Option<Vec<u8>>,
    /// Where the id of the whole tree is.
    pub(super) tree: Option<Range<usize>>,
    pub(super) governing: Vec<usize>,
}

/// An entry's flags, and how long it is without its path.
pub(super) struct Shape {
    pub(super) flags: u16,
    pub(super) further: u16,
    pub(super) header: usize,
}

/// Of the entry that begins here; what is not there is 0.
pub(super) fn shape(entry: &[u8], id: usize) -> Shape {
    let word = |place: usize| match entry.get(place..place + 2) {
        Some(bytes) => u16::from_be_bytes([bytes[0], bytes[1]]),
        None => 0,
    };
    let flags = word(STATE + id);
    let is_extended = flags & EXTENDED != 0;
    Shape {
        flags,
        further: if is_extended { word(STATE + id + 2) } else { 0 },
        header: STATE + id + if is_extended { 4 } else { 2 },
    }
}

pub(super) fn stage(flags: u16) -> u8 {
    u8::try_from((flags >> 12) & 3).unwrap_or_default()
}

pub(super) fn number(bytes: &[u8], place: usize) -> Option<u32> {
    let four = bytes.get(place..place + 4)?;
    Some(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// Zero bytes after an entry of such a length: one at least, to a multiple of eight.
pub(super) fn padding(length: usize) -> usize {
    8 - length % 8
}

/// Reads all of it; the checksum is not compared, as git does not either.
pub(super) fn read(bytes: &[u8], id: usize) -> Option<Read> {
    let bytes = &bytes[..bytes.len().checked_sub(id)?];
    u32::try_from(bytes.len()).ok()?;
    let version = number(bytes.strip_prefix(b"DIRC")?, 0)?;
    let count = usize::try_from(number(bytes, 8)?).ok()?;
    let mut entries = Entries {
        read: Read::default(),
        version,
        id,
        last: (0..0, 0),
    };
    entries.read.places.reserve(count.min(bytes.len() / (STATE + id)));
    let after = match version {
        2 | 3 => entries.plain(bytes, count)?,
        4 => entries.shortened(bytes, count)?,
        _ => return None,
    };
    let mut read = entries.read;
    read.tree = extensions(bytes, after, id, count)?;
    Some(read)
}

/// The entries while they are read.
struct Entries {
    read: Read,
    version: u32,
    id: usize,
    /// Path and stage of the last one.
    last: (Range<usize>, u8),
}

impl Entries {
    /// Versions 2 and 3. Where they end.
    fn plain(&mut self, bytes: &[u8], count: usize) -> Option<usize> {
        let mut place = 12;
        for _ in 0..count {
            let shape = self.shape(bytes.get(place..)?)?;
            let start = place + shape.header;
            let path = bytes.get(start..)?;
            let known = usize::from(shape.flags & LENGTH);
            let length = match known < usize::from(LENGTH) {
                true => known,
                false => path.iter().position(|byte| *byte == 0)?,
            };
            let end = start + length;
            let next = end + padding(end - place);
            let zeros = bytes.get(end..next)?;
            let is_whole = zeros.iter().all(|byte| *byte == 0) && !path[..length].contains(&0);
            self.add(bytes, place, start..end, &shape).filter(|()| is_whole)?;
            place = next;
        }
        Some(place)
    }

    /// Version 4: of each path as much as before, but for its end. Where they end.
    fn shortened(&mut self, bytes: &[u8], count: usize) -> Option<usize> {
        let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
        let most = bytes.len().saturating_mul(MOST_GROWTH).min(u32::MAX as usize);
        let mut place = 12;
        for _ in 0..count {
            let shape = self.shape(bytes.get(place..)?)?;
            let begin = out.len();
            out.extend(bytes.get(place..place + shape.header)?);
            place += shape.header;
            let before = self.last.0.clone();
            let kept = before.len().checked_sub(removed(bytes, &mut place)?)?;
            let rest = bytes.get(place..)?;
            let length = rest.iter().position(|byte| *byte == 0)?;
            if out.len() + kept + length >= most {
                return None;
            }
            let start = out.len();
            out.extend_from_within(before.start..before.start + kept);
            out.extend(&rest[..length]);
            let path = start..out.len();
            out.push(0);
            place += length + 1;
            self.add(&out, begin, path, &shape)?;
        }
        self.read.longhand = Some(out);
        Some(place)
    }

    /// Whole, and with nothing that is not known.
    fn shape(&self, entry: &[u8]) -> Option<Shape> {
        let shape = shape(entry, self.id);
        let is_known = shape.further & !(SKIPPED | INTENDED) == 0;
        let may_be = self.version > 2 || shape.flags & EXTENDED == 0;
        (entry.len() > shape.header && is_known && may_be).then_some(shape)
    }

    /// One that comes after those before it.
    fn add(&mut self, bytes: &[u8], place: usize, path: Range<usize>, shape: &Shape) -> Option<()> {
        let (last, last_stage) = &self.last;
        let (name, stage) = (&bytes[path.clone()], stage(shape.flags));
        let is_first = self.read.places.is_empty();
        let is_after = is_first || (&bytes[last.clone()], *last_stage) < (name, stage);
        let is_as_long = path.len().min(usize::from(LENGTH)) == usize::from(shape.flags & LENGTH);
        if name.is_empty() || !is_after || !is_as_long {
            return None;
        }
        if GOVERNING.iter().any(|known| is_named(name, known)) {
            self.read.governing.push(self.read.places.len());
        }
        self.read.places.push(u32::try_from(place).ok()?);
        self.last = (path, stage);
        Some(())
    }
}

fn is_named(path: &[u8], name: &[u8]) -> bool {
    let above = path.strip_suffix(name);
    above.is_some_and(|above| above.last().is_none_or(|byte| *byte == b'/'))
}

/// How much of the last path's end is not in this one: git's number of seven bits a byte, in which no value has two
/// forms.
fn removed(bytes: &[u8], place: &mut usize) -> Option<usize> {
    let mut next = || {
        let byte = bytes.get(*place).copied();
        *place += 1;
        byte
    };
    let mut byte = next()?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = next()?;
        value = value
            .checked_add(1)?
            .checked_mul(128)?
            .checked_add(usize::from(byte & 0x7f))?;
    }
    Some(value)
}

/// The id of the tree of all, where it is noted. `None` if there is something without which the entries mean something
/// else.
fn extensions(bytes: &[u8], mut place: usize, id: usize, count: usize) -> Option<Option<Range<usize>>> {
    let mut tree = None;
    while place < bytes.len() {
        let name = bytes.get(place..place + 4)?;
        let size = usize::try_from(number(bytes, place + 4)?).ok()?;
        let start = place + 8;
        let end = start.checked_add(size)?;
        let content = bytes.get(start..end)?;
        match name {
            b"TREE" => tree = whole_tree(content, id, count).map(|found| start + found.start..start + found.end),
            // By the capital letter: what may be passed over.
            [b'A'..=b'Z', ..] => {}
            _ => return None,
        }
        place = end;
    }
    Some(tree)
}

/// An empty name, how many entries and trees are in it, and its id if that is still the right one.
fn whole_tree(content: &[u8], id: usize, count: usize) -> Option<Range<usize>> {
    let line = content.strip_prefix(b"\0")?;
    let end = line.iter().position(|byte| *byte == b'\n')?;
    let numbers = std::str::from_utf8(&line[..end]).ok()?;
    let entries: usize = numbers.split(' ').next()?.parse().ok()?;
    let start = end + 2;
    (entries == count && start + id <= content.len()).then_some(start..start + id)
}
