// Requests to the service. A refusal throws ApiError, a broken connection ConnectionLost.

import { authorization, currentKey } from "./api-key.js";

export class ApiError extends Error {
  constructor(status, { message, code, param } = {}) {
    super(message ?? `HTTP ${status}`);
    this.status = status;
    this.code = code ?? "unknown";
    this.param = param ?? null;
  }
}

export class ConnectionLost extends Error {
  code = "connection_lost";
}

const LOADING_POLL_MS = 1000;
/** Whose days and hours the service tells; "" where the browser does not say. */
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

/** The address of the service, which may be a folder of its host (TAPEHEAD_ROOT_PATH). */
const SERVICE = new URL("..", import.meta.url);

let askForKey = null;

/** Set what asks the user for an API key: it gets the reason and resolves once there is a key. */
export function onUnauthorized(handler) {
  askForKey = handler;
}

/**
 * Send a request and return the response, its body unread. Waits while the models load, and asks for
 * an API key where one is needed. `body` is sent as JSON unless `type` names another media type.
 * `key` is sent instead of the page's own key (null: none); if it is refused, the caller gets the error.
 */
export async function request(method, path, { key, ...options } = {}) {
  for (;;) {
    const response = await send(method, path, key, options);
    if (response.ok) {
      delete document.documentElement.dataset.loading;
      return response;
    }
    const error = await errorOf(response);
    if (error.code === "model_loading") await waitForModels();
    else if (key !== undefined) throw error;
    else if (error.status === 401) await askForKey(error.code);
    else if (currentKey() !== null && needsUserKey(error)) await askForKey("wrong_kind");
    else throw error;
  }
}

async function send(method, path, key, { body, type, headers = {}, signal, keepalive }) {
  const sent = { "X-Timezone": TIME_ZONE, ...headers, ...authorization(key) };
  if (body !== undefined) sent["Content-Type"] = type ?? "application/json";
  const content = body === undefined || type ? body : JSON.stringify(body);
  return unlessLost(() => fetch(new URL(path.slice(1), SERVICE), { method, headers: sent, body: content, signal, keepalive }));
}

/** The result of a network operation. Whatever breaks it, except an abort, becomes ConnectionLost. */
async function unlessLost(operation) {
  try {
    return await operation();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ConnectionLost(error.message);
  }
}

async function errorOf(response) {
  try {
    return new ApiError(response.status, (await response.json()).error);
  } catch {
    return new ApiError(response.status); // a proxy's page, or a body cut short
  }
}

/** Whether the key has no memory of its own: an app's key names its users, an administrator's has none. */
const needsUserKey = ({ code, param }) => code === "forbidden" || (code === "unsupported_parameter" && param === "user");

async function waitForModels() {
  document.documentElement.dataset.loading = "";
  await new Promise((resolve) => setTimeout(resolve, LOADING_POLL_MS));
}

/** Send a request and return the JSON of the response, or null if it has none. */
export async function requestJson(method, path, options) {
  const response = await request(method, path, options);
  return response.status === 204 ? null : unlessLost(() => response.json());
}

export const get = (path, options) => requestJson("GET", path, options);
export const post = (path, body, options) => requestJson("POST", path, { body, ...options });

/** A path with those parameters that are not empty. */
export function withQuery(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** The lines of a response as they arrive. */
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await unlessLost(() => reader.read());
      if (done) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const line of parts) yield line.replace(/\r$/, "");
    }
    if (rest) yield rest;
  } finally {
    reader.cancel().catch(() => {}); // a caller that stops early closes the connection
  }
}

/** The events of an event stream as `{ name, data }`. Data that is JSON is parsed. */
export async function* events(response) {
  let name = null;
  let data = [];
  for await (const line of lines(response)) {
    if (line === "") {
      if (data.length) yield { name, data: parsed(data.join("\n")) };
      name = null;
      data = [];
    } else if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
