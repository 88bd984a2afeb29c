//! Which name somebody may have meant.

/// The name of `known` that is nearest to `word`, if one is near enough to be meant.
pub(crate) fn nearest<'n>(word: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (word.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (distance(&word.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; `_` costs nothing, so that `builder_names` is
/// `builderNames`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().filter(|c| *c != '_').collect();
    let b: Vec<char> = b.chars().filter(|c| *c != '_').collect();
    if a.len().abs_diff(b.len()) > 4 || a.len() > 100 {
        return usize::MAX;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_name() {
        let known = ["builderNames", "name", "treeStableTimer", "change_filter"];
        let table = [
            ("builderName", Some("builderNames")),
            ("builder_names", Some("builderNames")),
            ("tree_stable_timer", Some("treeStableTimer")),
            ("chnage_filter", Some("change_filter")),
            ("nmae", Some("name")),
            ("properties", None),
            ("x", None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
