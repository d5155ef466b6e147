// The content types as the server describes them, and the shapes of its answers.

export interface Label {
  de: string;
  en: string;
}

export interface Field {
  name: string;
  kind: string;
  many: boolean;
  title: Label;
  required: boolean;
  localized: boolean;
  group: string;
  order: number;
  help: string | null;
  sortable: boolean;
  facet: boolean;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  currency?: string;
  zone?: string;
  options?: { const: string; title: Label }[];
  relation?: { to: string; restrict: boolean };
  asset?: { accept: string[]; maxBytes: number };
  fields?: Field[];
}

export type Action = "read" | "readDraft" | "create" | "update" | "publish" | "unpublish" | "delete";

export interface Type {
  id: string;
  path: string;
  single: boolean;
  actions: Action[];
  rights: Partial<Record<Action, { every: boolean; fields?: string[] }>>;
  model: {
    title: Label;
    titles: Label; // of several entries
    description: string | null;
    plural: string | null;
    display: string;
    slug: string | null;
    pagePath: string | null;
    locales: string[];
    drafts: boolean;
    public: boolean;
    fields: Field[];
  };
}

export interface State {
  type: string;
  id: number;
  documentId: string;
  locale: string | null;
  rev: number;
  status: "draft" | "modified" | "published";
  createdAt: string;
  updatedAt: string;
  publishedAt: string | null;
  updatedBy: string | null;
}

export type Values = Record<string, unknown>;

export interface Row {
  entry: Values & { id: number; documentId: string };
  state: State;
}

export interface Version {
  rev: number;
  at: string;
  action: string;
  actor: string;
  published: boolean;
  deleted: boolean;
  values?: Values;
}

export interface Use {
  type: string;
  documentId: string;
  title: string;
  fields: string[];
  draft: boolean;
  published: boolean;
}

export interface FileRecord {
  id: number;
  documentId: string;
  name: string;
  alternativeText: string | null;
  caption: string | null;
  credit: string | null;
  width: number | null;
  height: number | null;
  formats: Record<string, { url: string; width: number; height: number }> | null;
  ext: string;
  mime: string;
  size: number; // kilobytes
  url: string;
  createdAt: string;
}

export interface Account {
  id: number;
  username: string;
  email: string;
  name?: string | null;
  role: { name: string; type: string };
}

export const may = (type: Type, action: Action) => type.actions.includes(action);

// writable lists the fields that the caller may change in an entry that exists, or in a new one.
export function writable(type: Type, isNew: boolean): Set<string> {
  return new Set(type.rights[isNew ? "create" : "update"]?.fields ?? []);
}

export function display(type: Type | undefined, entry: Values): string {
  const value = type ? entry[type.model.display] : undefined;
  return typeof value === "string" && value ? value : String(entry.documentId ?? "");
}

// same tells whether two values of a field say the same. Null, absent and empty are one, and so are
// values with and without the parts that the server adds: ids of rows, and the instant of a local time.
export function same(f: Field, a: unknown, b: unknown): boolean {
  return JSON.stringify(said(f, a)) === JSON.stringify(said(f, b));
}

export function isEmpty(v: unknown): boolean {
  return v === null || v === undefined || v === "" || (Array.isArray(v) && v.length === 0);
}

// said reduces a value to the parts that people enter, in one order. Empty rows and objects are null.
function said(f: Field, v: unknown): unknown {
  if (isEmpty(v)) return null;
  if (f.many && Array.isArray(v)) {
    const one = { ...f, many: false };
    const rows = v.map((row) => said(one, row)).filter((row) => row !== null);
    return rows.length > 0 ? rows : null;
  }
  const inner = innerFields(f);
  if (!inner || typeof v !== "object") return f.kind === "json" ? ordered(v) : v;
  const parts = inner.map((g) => [g.name, said(g, (v as Values)[g.name])] as const).filter(([, part]) => part !== null);
  return parts.length > 0 ? Object.fromEntries(parts) : null;
}

const part = (name: string): Field => ({ ...blank, name });
const blank: Field = {
  name: "",
  kind: "string",
  many: false,
  title: { de: "", en: "" },
  required: false,
  localized: false,
  group: "",
  order: 0,
  help: null,
  sortable: false,
  facet: false,
};
const times = [part("local"), part("zone")];
const places = [part("lat"), part("lng")];

// innerFields lists the parts of a value that is an object; undefined for other kinds.
export function innerFields(f: Field): Field[] | undefined {
  return f.kind === "object" ? f.fields : f.kind === "localtime" ? times : f.kind === "point" ? places : undefined;
}

function ordered(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(ordered);
  if (v === null || typeof v !== "object") return v;
  return Object.fromEntries(
    Object.entries(v)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([k, inner]) => [k, ordered(inner)]),
  );
}
