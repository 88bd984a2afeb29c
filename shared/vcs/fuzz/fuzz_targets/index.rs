//! Git's index: whatever lies on the disk, it is refused or its entries are whole and in order, and a part of it is an
//! index again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vcs::working_copy::git::index::Index;

fuzz_target!(|input: &[u8]| {
    for id in [20, 32] {
        let Some(index) = Index::read(input.to_vec(), id) else {
            continue;
        };
        let all: Vec<usize> = (0..index.len()).collect();
        assert!(all.iter().map(|entry| index.path(*entry)).is_sorted());
        for entry in &all {
            let path = index.path(*entry);
            assert!(!path.is_empty() && index.find(path).contains(entry));
            assert!(index.name(*entry, 0).is_some_and(|name| name.to_bytes() == path));
            index.name(*entry, path.len() + 1);
            index.entry(*entry);
        }
        assert!(index.tree().is_none_or(|tree| tree.len() == id));
        let again = Index::read(index.only(&all), id).expect("what was written is read");
        let entries = |index: &Index| all.iter().map(|entry| format!("{:?}", index.entry(*entry))).collect::<Vec<_>>();
        assert_eq!(entries(&again), entries(&index));
    }
});
