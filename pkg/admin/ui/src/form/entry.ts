// Reading and writing one entry in one locale.
import { ApiError, query, request } from "../api";
import { innerFields, isEmpty, same, writable, type Field, type State, type Type, type Values, type Version } from "../model";

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
    if (open.has(f.name) && !same(f, base[f.name], now[f.name])) out[f.name] = sent(f, now[f.name]);
  }
  return out;
}

// sent turns a value of the form into one of a request: empty texts are null, and rows without content
// are left out. A row keeps its id, by which the server knows it again.
function sent(f: Field, v: unknown): unknown {
  if (same(f, v, null)) return null;
  if (f.many && Array.isArray(v)) {
    const one = { ...f, many: false };
    return v.map((row) => sent(one, row)).filter((row) => row !== null);
  }
  const inner = innerFields(f);
  if (!inner || typeof v !== "object") return isEmpty(v) ? null : v;
  const out: Values = Object.fromEntries(inner.map((g) => [g.name, sent(g, (v as Values)[g.name])]));
  const id = (v as Values).id;
  if (f.kind === "object" && id !== undefined) out.id = id;
  return out;
}

export interface Target {
  type: Type;
  id: string | undefined;
  locale: string | undefined;
  revision: number; // 0: of a locale or an entry that is not there yet
}

// save writes fields into the draft, and returns the documentId and the revision. Sent again with its
// key, it makes no second entry.
export async function save(target: Target, body: Values, key: string | undefined): Promise<{ id: string; revision: number }> {
  const { type, id, locale, revision } = target;
  const end = query({ locale, status: type.model.drafts ? "draft" : undefined });
  const path = type.single ? type.path : id ? `${type.path}/${id}` : type.path;
  const method = id || type.single ? "PUT" : "POST";
  const answer = await request<Values>(path + end, {
    method,
    body: { data: body },
    revision: revision || undefined,
    key: method === "POST" ? key : undefined,
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
  mine: string[]; // fields that only this side changed
}

// compare holds what is typed against what somebody else has saved meanwhile. The form showed `shown` of
// the saved `server` values when it was last in step with the server.
export function compare(type: Type, server: Values, shown: Values, typed: Values, theirs: Values): Pick<Merge, "conflicts" | "mine"> {
  const changed = type.model.fields.filter((f) => !same(f, shown[f.name], typed[f.name]));
  const both = changed.filter((f) => !same(f, server[f.name], theirs[f.name]) && !same(f, typed[f.name], theirs[f.name]));
  return {
    conflicts: both.map((f) => f.name),
    mine: changed.filter((f) => !both.includes(f)).map((f) => f.name),
  };
}
