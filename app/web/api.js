// The service's API. Every refusal becomes an ApiError, a connection that breaks a ConnectionLost.

import { askForKey, bearer, hasKey } from "./keys.js";

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

const LOADING_WAIT = 1000; // milliseconds between two looks whether the models are there

/**
 * Ask, and get the response; its body is the caller's. `body` becomes JSON unless `type` names another
 * kind. `key` is another key than the page's own (null: none); if it is refused, its giver is told.
 */
export async function ask(method, path, { key, ...what } = {}) {
  for (;;) {
    const response = await send(method, path, key, what);
    if (response.ok) {
      delete document.documentElement.dataset.loading;
      return response;
    }
    const error = await refusal(response);
    if (error.code === "model_loading") await waitForModels();
    else if (key !== undefined) throw error;
    else if (error.status === 401) await askForKey(error.code);
    else if (hasKey() && isOthers(error)) await askForKey("key_of_others");
    else throw error;
  }
}

async function send(method, path, key, { body, type, headers = {}, signal, keepalive }) {
  const sent = { ...headers, ...bearer(key) };
  if (body !== undefined) sent["Content-Type"] = type ?? "application/json";
  try {
    return await fetch(path, {
      method,
      headers: sent,
      body: body === undefined || type ? body : JSON.stringify(body),
      signal,
      keepalive,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ConnectionLost(error.message);
  }
}

async function refusal(response) {
  try {
    return new ApiError(response.status, (await response.json()).error);
  } catch {
    return new ApiError(response.status); // a proxy's page, or half an answer
  }
}

/** Whether the key is none of a user: an app's names its users, and an admin's has no memory. */
const isOthers = ({ code, param }) => code === "forbidden" || (code === "unsupported_parameter" && param === "user");

async function waitForModels() {
  document.documentElement.dataset.loading = "";
  await new Promise((resolve) => setTimeout(resolve, LOADING_WAIT));
}

/** Ask, and get the answer's JSON (null where there is none). */
export async function call(method, path, options) {
  const response = await ask(method, path, options);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    throw new ConnectionLost(error.message);
  }
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { body, ...options });

/** A path with the parameters that are not empty. */
export function at(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** The lines of a response as they come: of an event stream, or of JSON by line. */
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await read(reader);
      if (done) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const line of parts) yield line.replace(/\r$/, "");
    }
    if (rest) yield rest;
  } finally {
    reader.cancel().catch(() => {}); // whoever stops listening closes the connection
  }
}

async function read(reader) {
  try {
    return await reader.read();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ConnectionLost(error.message);
  }
}

/** The events of an event stream as `{ name, data }`, data parsed unless it is no JSON. */
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
