//! Short lists of which every builder has some: with thousands of builders, room to spare in them is megabytes.

use std::collections::VecDeque;

/// Adds the newest; of more than `most`, the oldest go. There is never room for more than there are.
pub(crate) fn push_newest<T>(list: &mut VecDeque<T>, newest: T, most: usize) {
    while list.len() >= most.max(1) {
        list.pop_front();
    }
    list.reserve_exact(1);
    list.push_back(newest);
}

/// Inserts where most lists hold one thing for good.
pub(crate) fn insert_sparing<T>(list: &mut Vec<T>, at: usize, one: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.insert(at, one);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stay_and_there_is_no_room_to_spare() {
        let mut list = VecDeque::new();
        for number in 0..100 {
            push_newest(&mut list, number, 11);
        }
        assert!(list.iter().copied().eq(89..100));
        assert_eq!(list.capacity(), 11);
        let mut list = Vec::new();
        insert_sparing(&mut list, 0, 7);
        assert_eq!((list.as_slice(), list.capacity()), ([7].as_slice(), 1));
    }
}
