//! Memory that is not needed to wait for builds: code that a start goes through, and what a burst leaves in the heap.

/// Lets go of all code that this process has in memory. What it runs next comes back page by page from the system's
/// cache of files, which costs microseconds.
#[cfg(target_os = "linux")]
pub fn let_go_of_code() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for (start, length) in maps.lines().filter_map(code) {
        // SAFETY: code of a file that nobody may write to: its pages are the file's, and are read again when touched.
        unsafe { libc::madvise(start as *mut libc::c_void, length, libc::MADV_DONTNEED) };
    }
}

/// Other systems do this by themselves, or not at all.
#[cfg(not(target_os = "linux"))]
pub fn let_go_of_code() {}

/// Keeps the heap together, and gives what is free back at once: one heap for all threads, since a few threads that take
/// little hardly ever wait for each other, and large blocks apart from it, so that each goes when it is given back. To be
/// called before other threads begin.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_heap_together() {
    let settings = [
        (libc::M_ARENA_MAX, 1),
        (libc::M_TRIM_THRESHOLD, 128 << 10),
        (libc::M_MMAP_THRESHOLD, 64 << 10),
    ];
    for (parameter, value) in settings {
        // SAFETY: has no preconditions but that no other thread takes memory yet; what it refuses stays as it was.
        unsafe { libc::mallopt(parameter, value) };
    }
}

/// Other C libraries do this by themselves, or not at all.
#[cfg(all(unix, not(all(target_os = "linux", target_env = "gnu"))))]
pub fn keep_heap_together() {}

/// Gives the free parts of the heap back to the system. The C library keeps what many threads took and gave back.
#[cfg(all(unix, target_os = "linux", target_env = "gnu"))]
pub fn give_back_heap() {
    // SAFETY: has no preconditions; it only looks at what is free already.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries do this by themselves, or not at all.
#[cfg(all(unix, not(all(target_os = "linux", target_env = "gnu"))))]
pub fn give_back_heap() {}

/// Where a line of the list of mappings tells of a file's code: where it starts and its length.
#[cfg(target_os = "linux")]
fn code(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_code = words.next()? == "r-xp" && words.nth(3)?.starts_with('/');
    let at = |text| usize::from_str_radix(text, 16).ok();
    let (start, end) = (at(start)?, at(end)?);
    is_code.then(|| (start, end - start))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_let_go() {
        for (line, found) in [
            (
                "00400000-00403000 r-xp 00001000 fe:00 12 /usr/bin/outpost",
                Some((0x40_0000, 0x3000)),
            ),
            ("00403000-00404000 r--p 00004000 fe:00 12 /usr/bin/outpost", None),
            ("00404000-00405000 rw-p 00000000 00:00 0 [heap]", None),
            ("7ffd0000-7ffd2000 r-xp 00000000 00:00 0 [vdso]", None),
            ("7ffd0000-7ffd2000 r-xp 00000000 00:00 0", None),
            ("nonsense", None),
        ] {
            assert_eq!(code(line), found, "{line}");
        }
    }

    #[test]
    fn the_code_goes_on() {
        let resident = || {
            let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
            statm.split(' ').nth(2).unwrap().parse::<u64>().unwrap()
        };
        let before = resident();
        let_go_of_code();
        assert!(resident() < before, "{before}");
    }
}
