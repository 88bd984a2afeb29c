//! Host functions of plain values: combinations, durations, checks.

use crate::evaluation::Run;
use starlark::collections::SmallMap;
use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::dict::{AllocDict, UnpackDictEntries};
use starlark::values::list_or_tuple::UnpackListOrTuple;
use starlark::values::tuple::{AllocTuple, UnpackTuple};
use starlark::values::{Heap, Value};

/// More combinations than this are a mistake, and would fill the memory.
const MAX_COMBINATIONS: usize = 10_000;

/// Every choice of one item from each list, the last list changing fastest.
fn combinations<'v>(lists: &[Vec<Value<'v>>]) -> Option<Vec<Vec<Value<'v>>>> {
    let size = lists
        .iter()
        .try_fold(1_usize, |size, list| size.checked_mul(list.len()))?;
    if size > MAX_COMBINATIONS {
        return None;
    }
    let mut rows = vec![Vec::new()];
    for list in lists {
        rows = rows
            .into_iter()
            .flat_map(|row| {
                list.iter().map(move |item| {
                    let mut longer = row.clone();
                    longer.push(*item);
                    longer
                })
            })
            .collect();
    }
    Some(rows)
}

fn too_many(run: &Run, eval: &Evaluator<'_, '_, '_>) {
    run.error(
        &run.place(eval),
        format!("this gives more than {MAX_COMBINATIONS} combinations"),
        "leave out axes, or choose fewer values",
    );
}

/// Seconds of `1h30m`; the units are s, m, h, d and w.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let wrong = || format!("'{text}' is no duration");
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = rest[digits..].chars().next().ok_or_else(wrong)?;
        sum += number
            * match unit {
                's' => 1.0,
                'm' => 60.0,
                'h' => 3600.0,
                'd' => 86_400.0,
                'w' => 604_800.0,
                _ => return Err(wrong()),
            };
        rest = rest[digits + unit.len_utf8()..].trim_start();
    }
    Ok(sum)
}

/// Whole numbers stay whole.
fn number<'v>(value: f64, heap: Heap<'v>) -> Value<'v> {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        heap.alloc(value as i64)
    } else {
        heap.alloc(value)
    }
}

fn times<'v>(n: Value<'v>, unit: f64, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<Value<'v>> {
    use starlark::values::UnpackValue;
    use starlark::values::float::UnpackFloat;
    match UnpackFloat::unpack_value(n)? {
        Some(n) => Ok(number(n.0 * unit, eval.heap())),
        None => {
            let run = Run::of(eval)?;
            run.error(
                &run.place(eval),
                format!("a duration is a number, not {n}"),
                "write for example minutes(5)",
            );
            Ok(eval.heap().alloc(0))
        }
    }
}

#[starlark_module]
pub(super) fn values(builder: &mut GlobalsBuilder) {
    /// A dictionary for every combination of the axes' values, without those that `exclude` matches.
    fn matrix<'v>(
        #[starlark(require = pos)] axes: UnpackDictEntries<String, UnpackListOrTuple<Value<'v>>>,
        #[starlark(default = UnpackListOrTuple::default())] exclude: UnpackListOrTuple<
            UnpackDictEntries<String, Value<'v>>,
        >,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let heap = eval.heap();
        let run = Run::of(eval)?;
        let lists: Vec<Vec<Value<'v>>> = axes.entries.iter().map(|(_, values)| values.items.clone()).collect();
        for (key, _) in exclude.items.iter().flat_map(|row| &row.entries) {
            if !axes.entries.iter().any(|(axis, _)| axis == key) {
                run.error(
                    &run.place(eval),
                    format!("exclude names '{key}', which is no axis"),
                    "use the names of the axes",
                );
            }
        }
        let Some(rows) = combinations(&lists) else {
            too_many(&run, eval);
            return Ok(heap.alloc(Vec::<Value<'v>>::new()));
        };
        let mut kept = Vec::new();
        for row in rows {
            let named: SmallMap<&str, Value<'v>> =
                axes.entries.iter().map(|(axis, _)| axis.as_str()).zip(row).collect();
            let mut excluded = false;
            for pattern in &exclude.items {
                let mut all = true;
                for (key, value) in &pattern.entries {
                    all &= match named.get(key.as_str()) {
                        Some(own) => own.equals(*value)?,
                        None => false,
                    };
                }
                excluded |= all;
            }
            if !excluded {
                kept.push(heap.alloc(AllocDict(named)));
            }
        }
        Ok(heap.alloc(kept))
    }

    /// A tuple for every choice of one item from each list.
    fn product<'v>(
        #[starlark(args)] lists: UnpackTuple<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let heap = eval.heap();
        let mut items: Vec<Vec<Value<'v>>> = Vec::new();
        for list in lists.items {
            items.push(list.iterate(heap)?.collect());
        }
        let rows = combinations(&items).unwrap_or_else(|| {
            if let Ok(run) = Run::of(eval) {
                too_many(&run, eval);
            }
            Vec::new()
        });
        let tuples: Vec<Value<'v>> = rows.into_iter().map(|row| heap.alloc(AllocTuple(row))).collect();
        Ok(heap.alloc(tuples))
    }

    /// The items in order, each once.
    fn unique<'v>(#[starlark(require = pos)] items: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let mut seen: SmallMap<Value<'v>, ()> = SmallMap::new();
        for item in items.iterate(heap)? {
            seen.insert_hashed(item.get_hashed()?, ());
        }
        Ok(heap.alloc(seen.keys().copied().collect::<Vec<_>>()))
    }

    /// Seconds: `duration("4w")`, `duration("1h30m")`.
    fn duration<'v>(
        #[starlark(require = pos)] text: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        Ok(match seconds(text) {
            Ok(value) => number(value, eval.heap()),
            Err(reason) => {
                let run = Run::of(eval)?;
                run.error(
                    &run.place(eval),
                    reason,
                    "write numbers with units s, m, h, d or w, for example \"1h30m\"",
                );
                eval.heap().alloc(0)
            }
        })
    }

    /// Seconds of so many seconds.
    fn seconds<'v>(
        #[starlark(require = pos)] n: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        times(n, 1.0, eval)
    }

    /// Seconds of so many minutes.
    fn minutes<'v>(
        #[starlark(require = pos)] n: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        times(n, 60.0, eval)
    }

    /// Seconds of so many hours.
    fn hours<'v>(
        #[starlark(require = pos)] n: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        times(n, 3600.0, eval)
    }

    /// Seconds of so many days.
    fn days<'v>(
        #[starlark(require = pos)] n: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        times(n, 86_400.0, eval)
    }

    /// Tells `message` as an error when `condition` is false, and goes on.
    fn check<'v>(
        #[starlark(require = pos)] condition: Value<'v>,
        #[starlark(require = pos)] message: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<starlark::values::none::NoneType> {
        if !condition.to_bool() {
            let run = Run::of(eval)?;
            let place = run.place(eval);
            run.session()
                .add(crate::problem::Problem::error(&place, message).fix("this check is the configuration's own"));
        }
        Ok(starlark::values::none::NoneType)
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_numbers_with_units() {
        let table = [
            ("4w", Some(2_419_200.0)),
            ("1h30m", Some(5400.0)),
            ("1.5h", Some(5400.0)),
            ("2 d 1 s", None),
            ("2d 1s", Some(172_801.0)),
            ("10", None),
            ("", None),
            ("h", None),
            ("1y", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
    }
}
