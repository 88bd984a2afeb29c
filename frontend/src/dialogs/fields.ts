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
