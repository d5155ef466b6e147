// Reading and writing one entry in one locale.
import { ApiError, query, request } from "../api";
import { isEmpty, same, writable, type State, type Type, type Values, type Version } from "../model";

export interface Loaded {
  state: State | null; // null: not there yet
  values: Values;
  shared: boolean; // the values are those that hold for all locales, of an entry that lacks this one
}

const at = (type: Type, id: string) => `/manage/entries/${type.id}/${id}`;

export async function load(type: Type, id: string | undefined, locale: string | undefined): Promise<Loaded> {
  if (!id) return { state: null, values: defaults(type), shared: false };
  try {
    const state = (await request<State>(`${at(type, id)}${query({ locale })}`)).data;
    const version = (await request<Version>(`${at(type, id)}/history/${state.rev}${query({ locale })}`)).data;
    return { state, values: version.values ?? {}, shared: false };
  } catch (e) {
    const lead = type.model.locales[0];
    if (!(e instanceof ApiError && e.status === 404 && lead && locale && locale !== lead)) throw e;
    const other = await load(type, id, lead);
    const names = new Set(type.model.fields.filter((f) => !f.localized).map((f) => f.name));
    const values = Object.fromEntries(Object.entries(other.values).filter(([name]) => names.has(name)));
    return { state: null, values, shared: true };
  }
}

function defaults(type: Type): Values {
  return Object.fromEntries(type.model.fields.filter((f) => f.default !== undefined).map((f) => [f.name, f.default]));
}

// changes lists the fields that differ from what was loaded, as a request has them.
export function changes(type: Type, isNew: boolean, base: Values, now: Values): Values {
  const open = writable(type, isNew);
  const out: Values = {};
  for (const f of type.model.fields) {
    if (open.has(f.name) && !same(base[f.name], now[f.name])) out[f.name] = sent(now[f.name]);
  }
  return out;
}

// sent turns a value of the form into one of a request: empty texts clear, rows without content go.
function sent(v: unknown): unknown {
  if (isEmpty(v)) return null;
  if (Array.isArray(v)) return v.map(sent).filter((x) => x !== null);
  if (typeof v === "object") {
    const entries = Object.entries(v as object)
      .filter(([name]) => name !== "rowKey" && name !== "utc")
      .map(([name, inner]) => [name, sent(inner)] as const);
    return entries.every(([name, inner]) => inner === null || name === "id") ? null : Object.fromEntries(entries);
  }
  return v;
}

interface Target {
  type: Type;
  id: string | undefined;
  locale: string | undefined;
  revision: number; // 0: of a locale or an entry that is not there yet
}

// save writes fields into the draft, and returns the documentId and the revision.
export async function save(target: Target, body: Values): Promise<{ id: string; revision: number }> {
  const { type, id, locale, revision } = target;
  const end = query({ locale, status: type.model.drafts ? "draft" : undefined });
  const path = type.single ? type.path : id ? `${type.path}/${id}` : type.path;
  const answer = await request<Values>(path + end, {
    method: id || type.single ? "PUT" : "POST",
    body: { data: body },
    revision: revision || undefined,
  });
  return { id: String(answer.data.documentId), revision: answer.revision };
}

export async function act(target: Target, name: "publish" | "unpublish" | "discard"): Promise<State> {
  const { type, id, locale, revision } = target;
  return (await request<State>(`${at(type, id!)}/${name}${query({ locale })}`, { method: "POST", revision })).data;
}

export async function remove(target: Target): Promise<void> {
  await request(`${target.type.path}/${target.id}${query({ locale: target.locale })}`, { method: "DELETE", revision: target.revision });
}

export interface Merge {
  state: State;
  theirs: Values;
  conflicts: string[]; // fields that both sides changed, to different values
}

// merge compares what was loaded, what is typed, and what somebody else has saved meanwhile.
export async function merge(type: Type, id: string, locale: string | undefined, base: Values, mine: Values): Promise<Merge> {
  const now = await load(type, id, locale);
  const conflicts = type.model.fields
    .map((f) => f.name)
    .filter((n) => !same(base[n], mine[n]) && !same(base[n], now.values[n]) && !same(mine[n], now.values[n]));
  return { state: now.state!, theirs: now.values, conflicts };
}
