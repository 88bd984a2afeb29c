/** Chooses the host and shows the pages. */
import { mount } from "svelte";
import App from "./App.svelte";
import type { Host } from "./host/host";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";

async function host(): Promise<Host> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./host/tauri")).TauriHost.start();
  return new (await import("./host/http")).HttpHost();
}

const target = document.getElementById("app");
if (target) mount(App, { target, props: { host: await host() } });
