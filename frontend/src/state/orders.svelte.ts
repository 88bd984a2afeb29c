/** Orders that a page gives, the dialog that asks for the rest of one, and what became of them. */
import { createContext } from "svelte";
import type { BuildMark } from "../generated/BuildMark";
import type { LendingRow } from "../generated/LendingRow";
import type { MasterRow } from "../generated/MasterRow";
import type { MuteScope } from "../generated/MuteScope";
import type { MuteUntil } from "../generated/MuteUntil";
import type { Refusal } from "../generated/Refusal";
import type { WorkerVerb } from "../generated/WorkerVerb";
import type { CommandName, Host, Input, Output } from "../host/host";
import { refusalOf } from "../host/host";

/** A dialog that is open. */
export type Asking =
  | { what: "force"; master: string; builder: number; name: string }
  | { what: "stop"; build: BuildMark }
  | { what: "cancel"; master: string; request: number; name: string }
  | { what: "worker"; verb: WorkerVerb; master: string; worker: number; name: string; note: string }
  | { what: "take-back"; row: LendingRow }
  | { what: "remove-lending"; row: LendingRow }
  | { what: "sign-in"; row: MasterRow }
  | { what: "try-access"; master: string }
  | { what: "rename-master"; row: MasterRow }
  | { what: "leave-master"; row: MasterRow }
  | { what: "quit" }
  | { what: "help" }
  | { what: "palette" };

/** Gives orders and keeps why the last one was not done. */
export class Orders {
  /** The open dialog. */
  asking = $state.raw<Asking>();
  /** Why the last order was not done, until it is put away or another one is. */
  refusal = $state.raw<Refusal>();
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Opens a dialog. */
  ask(asking: Asking): void {
    this.asking = asking;
  }

  /** Does it; a refusal is kept to be shown, and gives `undefined`. */
  async give<C extends CommandName>(name: C, input: Input<C>): Promise<Output<C> | undefined> {
    try {
      const output = await this.#host.call(name, input);
      this.refusal = undefined;
      return output;
    } catch (error) {
      this.refusal = refusalOf(error);
      return undefined;
    }
  }

  /** Is quiet about something. */
  mute(scope: MuteScope, until: MuteUntil): void {
    void this.give("mute", { scope, until });
  }
}

export const [useOrders, provideOrders] = createContext<Orders>();
