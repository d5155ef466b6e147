// The admin speaks to /api and /manage alone. The session is a cookie that scripts can't read; the
// header says that it is meant to count.

export interface Problem {
  path: string[];
  code: string;
  messages: { de: string; en: string };
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly problems: Problem[],
    readonly detail: Record<string, unknown>,
  ) {
    super(message);
  }
}

export interface Answer<T> {
  data: T;
  meta: { total: number; start: number; limit: number };
  revision: number;
}

interface Options {
  method?: string;
  body?: unknown;
  form?: FormData;
  anonymous?: boolean; // to sign in, when there is no session yet
  revision?: number; // sent as If-Match
  key?: string; // sent as Idempotency-Key
  signal?: AbortSignal;
}

// onEnded is called when a request finds that the session has ended.
let onEnded = () => {};
export function whenSessionEnds(fn: () => void) {
  onEnded = fn;
}

export async function request<T>(path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = options.anonymous ? {} : { Authorization: "Session" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.revision !== undefined) headers["If-Match"] = options.revision ? `"${options.revision}"` : "*";
  if (options.key) headers["Idempotency-Key"] = options.key;
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? (options.body !== undefined || options.form ? "POST" : "GET"),
      headers,
      body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      cache: "no-store",
      signal: options.signal,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "offline", [], {});
  }
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) {
    if (response.status === 401 && path !== "/manage/session") onEnded();
    throw errorOf(response.status, answer);
  }
  const tag = /^(?:W\/)?"(\d+)/.exec(response.headers.get("ETag") ?? "");
  return {
    data: (answer && typeof answer === "object" && "data" in answer ? answer.data : answer) as T,
    meta: (answer?.meta ?? {}) as Answer<T>["meta"],
    revision: tag ? Number(tag[1]) : 0,
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function parse(text: string): any {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

// Told is one problem as either form of errors has it.
type Told = Partial<Problem & { message: string; detail: string; pointer: string }>;

// pathOf reads the place of a problem: a list of steps, or a JSON pointer (RFC 6901).
function pathOf(p: Told): string[] {
  if (Array.isArray(p.path)) return p.path.map(String);
  const steps = (p.pointer ?? "").split("/").slice(1);
  return steps.map((step) => decodeURIComponent(step).replace(/~1/g, "/").replace(/~0/g, "~"));
}

// errorOf reads both forms of errors: Strapi's under /api, problem details (RFC 9457) under /manage.
function errorOf(status: number, answer: Record<string, unknown> | null): ApiError {
  const error = (answer?.error ?? answer ?? {}) as Record<string, unknown>;
  const detail = (error.details ?? error) as Record<string, unknown>;
  const list = (Array.isArray(detail.errors) ? detail.errors : []) as Told[];
  const problems = list.map((p) => {
    const message = p.message ?? p.detail ?? "";
    return { path: pathOf(p), code: p.code ?? "", messages: p.messages ?? { de: message, en: message } };
  });
  return new ApiError(status, String(error.message ?? error.detail ?? `HTTP ${status}`), problems, detail);
}

// query writes nested parameters in brackets, as Strapi's dialect has them.
export function query(values: Record<string, unknown>): string {
  const out = new URLSearchParams();
  const add = (name: string, v: unknown) => {
    if (v === undefined || v === null || v === "") return;
    if (typeof v === "object") {
      for (const [key, inner] of Object.entries(v as object)) add(`${name}[${key}]`, inner);
    } else {
      out.append(name, String(v));
    }
  };
  for (const [name, v] of Object.entries(values)) add(name, v);
  const text = out.toString();
  return text ? `?${text}` : "";
}
