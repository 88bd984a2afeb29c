import { expect, test } from "vitest";
import { form } from "../../tests/fake/pages";
import { defaults, faulty, shownFields, size, tabsOf, unknownFields } from "./fields";

const { fields } = form();
const [first] = fields;
if (!first) throw new Error("the form has fields");

test("what is hidden or fixed is neither shown nor sent", () => {
  const names = shownFields(fields).map((field) => field.full_name);
  expect(names).toContain("jobs");
  expect(names).not.toContain("secret");
  expect(Object.keys(defaults(fields))).not.toContain("channel");
});

test("unknown fields are named, however deep they are, unless they are hidden", () => {
  const odd = { ...first, full_name: "odd", label: "Odd:", kind: "unknown" };
  const group = { ...first, full_name: "", kind: "nested", fields: [odd, { ...odd, hide: true, label: "No" }] };
  expect(unknownFields(fields)).toEqual([]);
  expect(unknownFields([...fields, group])).toEqual(["Odd"]);
});

test("each inner group is a tab, loose fields share the first, and empty groups are none", () => {
  const inner = { ...first, kind: "nested", full_name: "", label: "Advanced", fields: [first] };
  const empty = { ...inner, label: "Empty", fields: [{ ...first, hide: true }] };
  const group = { ...inner, label: "", fields: [inner, first, empty] };
  expect(tabsOf(group).map((tab) => tab.name)).toEqual(["General", "Advanced"]);
  expect(tabsOf({ ...group, fields: [inner, inner] }).map((tab) => tab.name)).toEqual(["Advanced", "Advanced"]);
  expect(faulty([group], { reason: "too long" })).toBe(true);
  expect(faulty([group], { jobs: "at least 1" })).toBe(false);
});

test("sizes", () => {
  expect([999, 1000, 10_000_000, 2_147_483_648].map(size)).toEqual(["999 bytes", "1 KB", "10.0 MB", "2.1 GB"]);
});
