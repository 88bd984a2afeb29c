/** Answers of the fake that are refusals. */
import type { Refusal } from "../../src/generated/Refusal";

/** Thrown for an answer that is a refusal. */
export class FakeRefusal extends Error {
  readonly refusal: Refusal;

  constructor(code: string, message: string, hint: string | null = null, fields: Record<string, string> = {}) {
    super(message);
    this.refusal = { code, message, hint, fields };
  }
}
