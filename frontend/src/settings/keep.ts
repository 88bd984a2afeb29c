/** Changes settings. */
import type { Settings } from "../generated/Settings";
import type { Orders } from "../state/orders.svelte";
import type { World } from "../state/world.svelte";

/** Keeps a part of the settings. */
export type Save = (change: Partial<Settings>) => Promise<void>;

/** Shows a change before it is answered; a refusal asks for what is true. */
export function keeper(world: World, orders: Orders): Save {
  return async (change) => {
    const before = world.settings.value;
    if (!before) return;
    const next = { ...before, ...change };
    world.settings.value = next;
    const kept = await orders.give("save_settings", next);
    if (kept) world.settings.value = kept;
    else void world.settings.ask();
  };
}
