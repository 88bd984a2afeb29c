import { expect, test } from "vitest";
import { place, type Slot } from "./slots";

type One = Slot<string> & { id: number };

/** Shows items, all or a range; tells the rows in their order as `ID:ITEM@PLACE`. */
function stage() {
  let slots: One[] = [];
  let made = 0;
  const make = (item: string): One => ({ id: made++, item, key: item, at: 0 });
  return (items: string, range: [number, number] = [0, items.length], held?: number) => {
    const holds = slots.find(({ id }) => id === held);
    slots = place(slots, [...items], range, (item) => item, make, holds);
    return slots.map(({ id, item, at }) => (at < 0 ? `${id}:-` : `${id}:${item}@${at}`)).join(" ");
  };
}

test("items keep their rows, and rows that are free show what is new", () => {
  const show = stage();
  expect(show("abcd")).toBe("0:a@0 1:b@1 2:c@2 3:d@3");
  expect(show("xbd")).toBe("0:x@0 1:b@1 2:- 3:d@2");
  expect(show("xbyd")).toBe("0:x@0 1:b@1 2:y@2 3:d@3");
  expect(show("xbyde")).toBe("0:x@0 1:b@1 2:y@2 3:d@3 4:e@4");
  expect(show("")).toBe("0:- 1:- 2:- 3:- 4:-");
  expect(show("q")).toBe("0:q@0 1:- 2:- 3:- 4:-");
});

test("rows stand in the order of their items", () => {
  const show = stage();
  show("abcd");
  expect(show("dcba")).toBe("3:d@0 2:c@1 1:b@2 0:a@3");
  // Scrolled on by two.
  expect(show("dcbaef", [2, 6])).toBe("1:b@2 0:a@3 3:e@4 2:f@5");
});

test("a row with the focus goes with its item, and becomes no other", () => {
  const show = stage();
  show("abc");
  expect(show("cba", undefined, 1)).toBe("2:c@0 1:b@1 0:a@2");
  expect(show("cxa", undefined, 1)).toBe("2:c@0 3:x@1 0:a@2");
});
