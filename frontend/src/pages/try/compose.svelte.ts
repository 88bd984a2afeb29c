/** A try while it is put together: the change, what of it goes, where to, and with what words. */
import type { TryBuilder } from "../../generated/TryBuilder";
import type { TryChange } from "../../generated/TryChange";
import type { TryLook } from "../../generated/TryLook";
import type { TryOfBuild } from "../../generated/TryOfBuild";
import type { TryPreset } from "../../generated/TryPreset";
import type { TryPresetValues } from "../../generated/TryPresetValues";
import type { TryRow } from "../../generated/TryRow";
import type { TrySubmit } from "../../generated/TrySubmit";
import type { TryTarget } from "../../generated/TryTarget";
import type { Refusal } from "../../generated/Refusal";
import type { Host } from "../../host/host";
import { refusalOf } from "../../host/host";
import { carried, everything, submitted, type Choice } from "./choice";
import { answersOne } from "./patterns";

/** What the change is taken from. */
export type Source = { folder: string } | { build: TryOfBuild };

/** A property while it is typed. */
export interface PropertyRow {
  name: string;
  value: string;
}

/** Put together by hand. A newer take of the change keeps everything that was typed. */
export class Compose {
  readonly source: Source;
  readonly #host: Host;

  staged = $state(false);
  base = $state("");
  change = $state.raw<TryChange>();
  looking = $state(false);
  /** Why the change could not be taken. */
  noChange = $state.raw<Refusal>();
  /** Hunks had been chosen in files that may be others now. */
  forgotHunks = $state(false);

  choice = $state.raw<Choice>(new Map());
  untracked = $state.raw<ReadonlySet<number>>(new Set());

  targets = $state.raw<readonly TryTarget[]>();
  noTargets = $state.raw<Refusal>();
  #target = $state("");
  /** Chosen builders, by target. */
  #builders = $state.raw<ReadonlyMap<string, ReadonlySet<string>>>(new Map());
  /** Chosen ones that apply as soon as the targets are known. */
  #patterns: readonly string[] = [];

  properties = $state<PropertyRow[]>([]);
  comment = $state("");
  who = $state("");
  push = $state(false);
  presets = $state.raw<readonly TryPreset[]>([]);

  /** Why it was not submitted. */
  refused = $state.raw<Refusal>();
  sending = $state(false);
  /** Counts the looks, so that a slow answer does not cover a newer one. */
  #looks = 0;

  constructor(host: Host, source: Source) {
    this.#host = host;
    this.source = source;
  }

  /** Takes the change as it is now. */
  async look(): Promise<void> {
    const look = ++this.#looks;
    this.looking = true;
    try {
      const change = await this.#take();
      if (look !== this.#looks) return;
      this.#arrived(change);
      this.noChange = undefined;
      await this.askTargets(false);
    } catch (error) {
      if (look === this.#looks) this.noChange = refusalOf(error);
    } finally {
      if (look === this.#looks) this.looking = false;
    }
  }

  #take(): Promise<TryChange> {
    if ("build" in this.source) return this.#host.call("try_of_build", this.source.build);
    const look: TryLook = {
      ...{ folder: this.source.folder, staged: this.staged, base: this.base.trim() || null },
      ...{ system: null, top: null, top_file: null, branch: null, repository: null, diff: null },
    };
    return this.#host.call("try_look", look);
  }

  #arrived(change: TryChange): void {
    const before = this.change;
    this.change = change;
    this.presets = change.presets;
    if (before) {
      this.forgotHunks = [...this.choice.values()].some((chosen) => chosen !== "whole");
      this.choice = carried(this.choice, before.files, change.files);
      const paths = new Set(before.untracked.filter(({ file }) => this.untracked.has(file)).map(({ path }) => path));
      this.untracked = new Set(change.untracked.filter(({ path }) => paths.has(path)).map(({ file }) => file));
      if (this.comment === before.comment) this.comment = change.comment;
      if (this.who === before.who) this.who = change.who;
    } else {
      this.choice = everything(change.files);
      this.comment = change.comment;
      this.who = change.who;
      if (change.last) this.apply(change.last);
    }
  }

  /** Asks where the change can go. */
  async askTargets(fresh: boolean): Promise<void> {
    const change = this.change?.change;
    if (change === undefined) return;
    try {
      const { targets } = await this.#host.call("try_targets", { change, fresh, at: null });
      if (change !== this.change?.change) return;
      this.targets = targets;
      this.noTargets = undefined;
    } catch (error) {
      if (change === this.change?.change) this.noTargets = refusalOf(error);
    }
  }

  /** Takes a preset's or the last choice's values over. */
  apply(values: TryPresetValues): void {
    if (values.target !== null) this.#target = values.target;
    this.#patterns = values.builders;
    this.#builders = new Map();
    this.properties = Object.entries(values.properties).map(([name, value]) => ({ name, value: value ?? "" }));
    const files = this.change?.untracked ?? [];
    this.untracked = new Set(files.filter(({ path }) => answersOne(path, values.untracked)).map(({ file }) => file));
  }

  /** As a preset would keep it. */
  get values(): TryPresetValues {
    const files = this.change?.untracked ?? [];
    return {
      target: this.target?.target ?? null,
      builders: this.builderNames,
      properties: this.#properties(),
      untracked: files.filter(({ file }) => this.untracked.has(file)).map(({ path }) => path),
    };
  }

  /** Where it goes: the chosen one while it is there, otherwise the first that can take it. */
  get target(): TryTarget | undefined {
    const all = this.targets ?? [];
    return all.find(({ target }) => target === this.#target) ?? all.find(({ cannot }) => cannot === null) ?? all[0];
  }

  chooseTarget(target: string): void {
    this.#target = target;
  }

  /** The builders that are asked: chosen by hand, or else by the last choice, or else the proposed ones. */
  get chosen(): ReadonlySet<string> {
    const target = this.target;
    if (!target) return new Set();
    const byHand = this.#builders.get(target.target);
    if (byHand) return byHand;
    const names = target.builders.map(({ name }) => name);
    const kept = names.filter((name) => answersOne(name, this.#patterns));
    return new Set(kept.length ? kept : target.proposed);
  }

  /** Chooses builders of the target. */
  choose(names: Iterable<string>): void {
    if (this.target) this.#builders = new Map(this.#builders).set(this.target.target, new Set(names));
  }

  /** Chooses one, or not any more. */
  toggle({ name }: Pick<TryBuilder, "name">): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(name)) chosen.add(name);
    this.choose(chosen);
  }

  /** Chosen builders in the target's order. */
  get builderNames(): string[] {
    const chosen = this.chosen;
    return (this.target?.builders ?? []).map(({ name }) => name).filter((name) => chosen.has(name));
  }

  /** Files that would go but cannot travel to the target. */
  get unfit(): TryTarget["unfit"] {
    const going = new Set(this.#goingPaths());
    return (this.target?.unfit ?? []).filter(({ path }) => going.has(path));
  }

  #goingPaths(): string[] {
    const { files = [], untracked = [] } = this.change ?? {};
    const tracked = files.filter(({ file }) => this.choice.has(file));
    return [...tracked, ...untracked.filter(({ file }) => this.untracked.has(file))].map(({ path }) => path);
  }

  /** How many files would go. */
  get going(): number {
    return this.choice.size + this.untracked.size;
  }

  /** Leaves out what cannot go. */
  leaveOutUnfit(): void {
    const paths = new Set(this.unfit.map(({ path }) => path));
    const { files = [], untracked = [] } = this.change ?? {};
    const out = new Set(files.filter(({ path }) => paths.has(path)).map(({ file }) => file));
    this.choice = new Map([...this.choice].filter(([file]) => !out.has(file)));
    const unwanted = new Set(untracked.filter(({ path }) => paths.has(path)).map(({ file }) => file));
    this.untracked = new Set([...this.untracked].filter((file) => !unwanted.has(file)));
  }

  /** Why it cannot be submitted as it is; `undefined` when it can. */
  get why(): string | undefined {
    const change = this.change;
    if (!change || this.looking) return "the change is being taken";
    const stops = change.remarks.find((remark) => remark.stops);
    if (stops) return stops.text;
    if (!this.target) return this.noTargets ? "it is not known where it can go" : "where it can go is being asked";
    if (this.target.cannot !== null) return `${this.target.title} cannot take it: ${this.target.cannot}`;
    if (this.going === 0 && change.from === null) return "no file is chosen";
    const [unfit] = this.unfit;
    if (unfit) return `${unfit.path} cannot go there: ${unfit.reason}`;
    if (this.target.builders.length && this.chosen.size === 0) return "no builder is chosen";
    const nameless = this.properties.some(({ name, value }) => name.trim() === "" && value !== "");
    return nameless ? "a property has no name" : undefined;
  }

  #properties(): Record<string, string> {
    const named = this.properties.filter(({ name }) => name.trim() !== "");
    return Object.fromEntries(named.map(({ name, value }) => [name.trim(), value]));
  }

  /** As it would be submitted. */
  get submission(): TrySubmit | undefined {
    const [change, target] = [this.change, this.target];
    if (!change || !target) return undefined;
    return {
      change: change.change,
      target: target.target,
      at: null,
      files: submitted(this.choice, change.files),
      untracked: [...this.untracked].sort((a, b) => a - b),
      builders: this.builderNames,
      properties: this.#properties(),
      comment: this.comment,
      who: this.who.trim() === change.who ? null : this.who.trim() || null,
      push_when_green: this.push && change.system === "git",
    };
  }

  /** Sends it. What was typed stays when it is refused. */
  async submit(): Promise<TryRow | undefined> {
    const submission = this.submission;
    if (!submission || this.why !== undefined || this.sending) return undefined;
    this.sending = true;
    try {
      const row = await this.#host.call("try_submit", submission);
      this.refused = undefined;
      return row;
    } catch (error) {
      this.refused = refusalOf(error);
      return undefined;
    } finally {
      this.sending = false;
    }
  }

  /** Keeps a preset. Gives why not. */
  async savePreset(name: string, shared: boolean): Promise<Refusal | undefined> {
    return this.#presets(() =>
      this.#host.call("save_try_preset", {
        root: this.change?.root ?? "",
        preset: { name, shared, values: this.values },
      }),
    );
  }

  /** Keeps one that was forgotten. */
  async restorePreset(preset: TryPreset): Promise<Refusal | undefined> {
    return this.#presets(() => this.#host.call("save_try_preset", { root: this.change?.root ?? "", preset }));
  }

  /** Forgets a preset. */
  async removePreset({ name, shared }: TryPreset): Promise<Refusal | undefined> {
    return this.#presets(() => this.#host.call("remove_try_preset", { root: this.change?.root ?? "", name, shared }));
  }

  async #presets(change: () => Promise<{ presets: TryPreset[] }>): Promise<Refusal | undefined> {
    try {
      this.presets = (await change()).presets;
      return undefined;
    } catch (error) {
      return refusalOf(error);
    }
  }
}

/** What was being put together when the page was left; it is not lost by a look elsewhere. */
let left: { key: string; compose: Compose } | undefined;

/** The one that was left for the same source, otherwise a new one. */
export function composing(host: Host, source: Source): Compose {
  const key = JSON.stringify(source);
  if (left?.key !== key) left = { key, compose: new Compose(host, source) };
  return left.compose;
}

/** It was submitted: the next one begins anew. */
export function submittedNow(): void {
  left = undefined;
}
