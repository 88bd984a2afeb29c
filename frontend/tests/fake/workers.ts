/** Workers of the farms: one of each condition, ports, and who was turned away. */
import type { Invitation } from "../../src/generated/Invitation";
import type { WorkerDetails } from "../../src/generated/WorkerDetails";
import type { Workers } from "../../src/generated/Workers";
import { NOW, mark, type Size } from "./farm";

const MINUTE = 60_000;

const FAR: WorkerDetails = {
  master: "bundled",
  worker: 0,
  name: "",
  condition: "idle",
  words: "idle",
  since: NOW - 3 * 60 * MINUTE,
  local: false,
  connected: true,
  paused: false,
  pause_reason: null,
  leaving: false,
  wants_to_leave: false,
  building: [],
  max_builds: null,
  builders: [
    { builder: 1, name: "linux-tests" },
    { builder: 2, name: "linux-asan" },
  ],
  address: null,
  protocol: "pb",
  version: "4.3.0",
  system: "Debian GNU/Linux 12 (bookworm)",
  cpus: 8,
  admin: "Ann Lee <ann@example.org>",
  host: null,
  configured_at: "master.star:5",
};
const AWAY = { connected: false, address: null, protocol: null, version: null, system: null, cpus: null };

const BUSY: WorkerDetails[] = [
  {
    ...FAR,
    worker: 1,
    name: "local",
    condition: "building",
    words: "building 2 of 2",
    local: true,
    protocol: null,
    version: "0.1.0",
    max_builds: 2,
    building: [mark(6, "docs", 47, null, 72_000), mark(5, "integration-postgres-16", 44, null, 30_000)],
  },
  { ...FAR, worker: 2, name: "mac-mini", address: "192.168.7.20:51312", system: "macOS 15.1" },
  {
    ...FAR,
    worker: 3,
    name: "builder-with-a-rather-long-name-in-the-cellar",
    condition: "paused",
    words: "paused",
    paused: true,
    pause_reason: "its disk is being replaced",
    address: "[fd00::7]:40000",
    protocol: "msgpack_experimental_v7",
  },
  {
    ...FAR,
    worker: 4,
    name: "winbox",
    condition: "leaving",
    words: "leaving after its builds, building",
    leaving: true,
    building: [mark(3, "windows-x86_64", 46, null, 600_000)],
    address: "192.168.7.31:60022",
    system: "Windows",
  },
  { ...FAR, ...AWAY, worker: 5, name: "laptop", condition: "away", words: "not connected", since: NOW - 20 * MINUTE },
  {
    ...FAR,
    ...AWAY,
    worker: 6,
    name: "arm64",
    condition: "missing",
    words: "missing",
    since: null,
    builders: [],
  },
];

/** The page Workers. */
export function workers(size: Size): Workers {
  if (size === "empty") return { now: NOW, workers: [], ports: [], refused: [] };
  const port = { secure: false, error: null };
  return {
    now: NOW,
    workers: structuredClone(size === "one" ? BUSY.slice(0, 1) : BUSY),
    ports:
      size === "one"
        ? []
        : [
            { ...port, protocol: "pb", endpoint: "9989", listens: "0.0.0.0:9989", reachable: true },
            {
              ...port,
              protocol: "msgpack_experimental_v7",
              endpoint: "tcp:9990:interface=127.0.0.1",
              listens: null,
              reachable: false,
              error: "another program has it; stop that one, or choose another port",
            },
          ],
    refused:
      size === "one"
        ? []
        : [
            {
              name: "mac-mini",
              from: "192.168.7.99",
              reason: "wrong password",
              count: 12,
              first_at: NOW - 40 * MINUTE,
              at: NOW - 2 * MINUTE,
            },
            {
              name: "root",
              from: "203.0.113.7",
              reason: "the configuration has no worker of this name",
              count: 1,
              first_at: NOW - 5 * 60 * MINUTE,
              at: NOW - 5 * 60 * MINUTE,
            },
          ],
  };
}

/** What one does so that a worker can come. */
export function invitation(name: string): Invitation {
  const password = "5f0c6a1b9e2d4837a6b1c0d9e8f7a6b5";
  return {
    name,
    password,
    secret: `worker-${name}`,
    not_kept: null,
    lines: [`c["workers"].append(worker.Worker("${name}", secret("worker-${name}")))`],
    ways: [
      {
        program: "Outpost",
        commands: [
          `outpost worker create ${name}-worker farm:9989 ${name} ${password}`,
          `outpost worker start ${name}-worker`,
        ],
      },
      {
        program: "Buildbot",
        commands: [
          `buildbot-worker create-worker ${name}-worker farm:9989 ${name} ${password}`,
          `buildbot-worker start ${name}-worker`,
        ],
      },
    ],
  };
}
