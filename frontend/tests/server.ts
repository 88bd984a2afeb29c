/** Serves the built pages with the fake behind them, under the strict policy that the real server sets. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Duplex } from "node:stream";
import type { FakeHost } from "./fake-host";
import { FakeRefusal } from "./fake/refusal";

/** What the real server says: no script but ours, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";
/** The built pages, or those in the folder that PAGES names. */
const DIST = process.env.PAGES ?? join(import.meta.dirname, "../dist");
const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** A running server. */
export interface Served {
  /** Without a slash at the end. */
  url: string;
  /** Cuts every event connection, and refuses everything until `true`. */
  reachable: (yes: boolean) => void;
  close: () => Promise<void>;
}

/** Serves `host` on a free port. */
export async function serve(host: FakeHost): Promise<Served> {
  const sockets = new Set<Duplex>();
  let up = true;
  const server = createServer((request, response) => {
    if (!up) request.socket.destroy();
    else void answer(host, request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    if (!up) {
      socket.destroy();
      return;
    }
    accept(request, socket);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => sockets.delete(socket));
    socket.resume();
  });
  host.send = (event) => sockets.forEach((socket) => socket.write(frame(JSON.stringify(event))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reachable: (yes) => {
      up = yes;
      if (!yes) sockets.forEach((socket) => socket.destroy());
    },
    close: () => closed(server, sockets),
  };
}

function closed(server: Server, sockets: Set<Duplex>): Promise<void> {
  sockets.forEach((socket) => socket.destroy());
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function answer(host: FakeHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://fake");
  const command = /^\/api\/outpost\/v1\/call\/(\w+)$/.exec(pathname)?.[1];
  if (command) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      json(response, 200, host.call(command, JSON.parse(Buffer.concat(chunks).toString())));
    } catch (error) {
      if (!(error instanceof FakeRefusal)) throw error;
      json(response, 400, error.refusal);
    }
    return;
  }
  const name = extname(pathname) === "" ? "index.html" : normalize(pathname);
  try {
    const bytes = await readFile(join(DIST, name));
    response.writeHead(200, {
      "content-type": KINDS[extname(name)] ?? "text/plain",
      "content-security-policy": POLICY,
    });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The server's half of a WebSocket's handshake (RFC 6455, 4.2.2). */
function accept(request: IncomingMessage, socket: Duplex): void {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const answer = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${answer}\r\n\r\n`,
  );
}

/** One text frame; events are shorter than 64 KiB. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : Buffer.from([0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}
