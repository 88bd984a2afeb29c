/** Fields of a force form. Pure. */
import type { Field } from "../generated/Field";

/** All fields that a person sees, groups opened. */
export function shownFields(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => {
    if (field.hide || field.kind === "fixed") return [];
    return field.kind === "nested" ? shownFields(field.fields) : [field];
  });
}

/** What is sent when the person changes nothing. */
export function defaults(fields: readonly Field[]): Record<string, string> {
  const shown = shownFields(fields).filter((field) => field.full_name !== "");
  return Object.fromEntries(shown.map((field) => [field.full_name, field.default]));
}

/** Several chosen values are one text, a line each. */
export function several(value: string): string[] {
  return value.split("\n").filter((one) => one !== "");
}

/** Labels of fields that only the master's own pages can show; empty when the form can be filled in here. */
export function unknownFields(fields: readonly Field[]): string[] {
  return shownFields(fields)
    .filter((field) => field.kind === "unknown")
    .map((field) => field.label.replace(/:\s*$/, "") || field.full_name);
}

/** Whether one of the fields, however deep, has an error. */
export function faulty(fields: readonly Field[], errors: Readonly<Record<string, string | undefined>>): boolean {
  return shownFields(fields).some((field) => errors[field.full_name] !== undefined);
}

/** A tab and what is on it. */
export interface Tab {
  name: string;
  fields: Field[];
}

/** A group's tabs: each inner group is one, fields beside them share the first. */
export function tabsOf(group: Field): Tab[] {
  const shown = group.fields.filter((field) => !field.hide && (field.kind !== "nested" || shownFields([field]).length));
  const loose = shown.filter((field) => field.kind !== "nested" && field.kind !== "fixed");
  const tabs = shown
    .filter((field) => field.kind === "nested")
    .map((field, at) => ({ name: field.label || `Group ${at + 1}`, fields: [{ ...field, label: "" }] }));
  return loose.length ? [{ name: group.label || "General", fields: loose }, ...tabs] : tabs;
}

/** `12 KB`; powers of 1000, as file managers count. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
