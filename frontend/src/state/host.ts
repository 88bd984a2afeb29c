/** Where components find their host. */
import { createContext } from "svelte";
import type { Host } from "../host/host";

export const [useHost, provideHost] = createContext<Host>();
