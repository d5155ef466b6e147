import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { useAnnounce } from "../announce";
import { query, request } from "../api";
import { when } from "../format";
import { localeName } from "../form/Languages";
import { useWords } from "../i18n";
import { display, may, type Field, type Row, type Type, type Values } from "../model";
import { Bulk } from "../part/Bulk";
import { Failure, Waiting } from "../part/Message";
import { Page } from "../part/Page";
import { Status } from "../part/Status";
import { useType, useTypes } from "../types";
import { MissingPage } from "./MissingPage";
import { SinglePage } from "./SinglePage";

const pageSize = 25;

export function ListPage() {
  const type = useType(useParams().type);
  if (!type || !may(type, "readDraft")) return <MissingPage />;
  return type.single ? <SinglePage type={type} /> : <EntryList key={type.id} type={type} />;
}

// columnsOf picks two fields beside title, status and time: those that the search counts, because
// editors chose them to order the portal by.
function columnsOf(type: Type): Field[] {
  const kinds = ["enum", "relation", "date", "localtime", "integer"];
  return type.model.fields.filter((f) => f.facet && kinds.includes(f.kind) && f.name !== type.model.display).slice(0, 2);
}

// displayOf is the field by which the targets of a relation are called.
function displayOf(types: Type[], f: Field): string | undefined {
  return types.find((x) => x.id === f.relation?.to)?.model.display;
}

function EntryList({ type }: { type: Type }) {
  const { t, label, language } = useWords();
  const types = useTypes();
  const [params, setParams] = useSearchParams();
  const columns = columnsOf(type);
  const choices = type.model.fields.filter((f) => f.facet && f.kind === "enum").slice(0, 3);
  const page = Math.max(1, Number(params.get("page")) || 1);
  const locale = params.get("locale") || type.model.locales[0];
  const set = (changes: Record<string, string>) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (!("page" in changes)) next.delete("page");
        for (const [name, v] of Object.entries(changes)) {
          if (v) next.set(name, v);
          else next.delete(name);
        }
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const filters = Object.fromEntries(choices.filter((f) => params.get(f.name)).map((f) => [f.name, params.get(f.name)]));
  const path = `/manage/entries/${type.id}${query({
    _q: params.get("q"),
    status: params.get("status"),
    sort: params.get("sort"),
    locale,
    filters,
    fields: [type.model.display, ...columns.filter((f) => f.kind !== "relation").map((f) => f.name)],
    populate: Object.fromEntries(
      columns.filter((f) => f.kind === "relation").map((f) => [f.name, { fields: displayOf(types, f) ?? "documentId" }]),
    ),
    pagination: { start: (page - 1) * pageSize, limit: pageSize },
  })}`;
  const list = useQuery({
    queryKey: ["rows", type.id, path],
    queryFn: ({ signal }) => request<Row[]>(path, { signal }),
    placeholderData: keepPreviousData,
  });
  const [chosen, setChosen] = useState<Row[]>([]);
  useEffect(() => setChosen([]), [path]);
  // The number of results is said when a search or a filter has changed them.
  const announce = useAnnounce();
  const asked = useRef(path);
  const total = list.isPlaceholderData ? undefined : list.data?.meta.total;
  useEffect(() => {
    if (total === undefined || asked.current === path) return;
    asked.current = path;
    announce(t("found", { n: total }));
  }, [announce, path, t, total]);
  const searched = ["q", "status", ...choices.map((f) => f.name)].some((name) => params.get(name));
  const title = label(type.model.title);
  const titles = label(type.model.titles);
  return (
    <Page
      title={titles}
      acts={
        may(type, "create") && (
          <Link className="button main" to={`/content/${type.id}/new`}>
            {t("create", { type: title })}
          </Link>
        )
      }
    >
      <Search key={type.id} label={t("searchIn", { type: titles })} value={params.get("q") ?? ""} onChange={(q) => set({ q })} />
      <div className="filters" role="group" aria-label={t("views")}>
        {(["", "draft", "published"] as const).map((s) => (
          <button
            key={s}
            className="chip"
            aria-pressed={(params.get("status") ?? "") === s}
            onClick={() => set({ status: s })}
          >
            {t(s === "" ? "all" : s === "draft" ? "drafts" : "publishedOnes")}
          </button>
        ))}
        {choices.map((f) => (
          <label key={f.name} className="chip">
            {label(f.title)}
            <select value={params.get(f.name) ?? ""} onChange={(e) => set({ [f.name]: e.target.value })}>
              <option value="">{t("anyValue")}</option>
              {f.options!.map((o) => (
                <option key={o.const} value={o.const}>
                  {label(o.title)}
                </option>
              ))}
            </select>
          </label>
        ))}
        {type.model.locales.length > 1 && (
          <label className="chip">
            {t("locales")}
            <select value={locale} onChange={(e) => set({ locale: e.target.value })}>
              {type.model.locales.map((l) => (
                <option key={l} value={l}>
                  {localeName(l, language)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {list.isPending && <Waiting />}
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && list.data.data.length === 0 && (
        <div className="empty">
          <p>{t(searched ? "emptySearch" : may(type, "create") ? "emptyList" : "emptyListReader")}</p>
          {searched && (
            <button onClick={() => setParams({}, { replace: true })}>{t("resetFilters")}</button>
          )}
        </div>
      )}
      {list.isSuccess && list.data.data.length > 0 && (
        <>
          <Table
            type={type}
            rows={list.data.data}
            columns={columns}
            caption={t("range", {
              from: list.data.meta.start + 1,
              to: list.data.meta.start + list.data.data.length,
              total: list.data.meta.total,
            })}
            sort={params.get("sort") ?? "updatedAt:desc"}
            onSort={(sort) => set({ sort })}
            chosen={chosen}
            onChoose={setChosen}
            locale={locale}
          />
          <Pages page={page} total={list.data.meta.total} onPage={(p) => set({ page: p > 1 ? String(p) : "" })} />
        </>
      )}
      <Bulk type={type} rows={chosen} onDone={() => setChosen([])} />
    </Page>
  );
}

// Search waits until typing pauses before it asks.
function Search({ label, value, onChange }: { label: string; value: string; onChange: (q: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), 300);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <div className="filters" role="search">
      <label className="mid">
        <span className="small">{label}</span>
        <input type="search" value={typed} onChange={(e) => setTyped(e.target.value)} />
      </label>
    </div>
  );
}

interface TableProps {
  type: Type;
  rows: Row[];
  columns: Field[];
  caption: string;
  sort: string;
  onSort: (sort: string) => void;
  chosen: Row[];
  onChoose: (rows: Row[]) => void;
  locale: string | undefined;
}

function Table({ type, rows, columns, caption, sort, onSort, chosen, onChoose, locale }: TableProps) {
  const { t, label, language } = useWords();
  const has = (r: Row) => chosen.some((c) => c.state.documentId === r.state.documentId);
  const toggle = (r: Row) =>
    onChoose(has(r) ? chosen.filter((c) => c.state.documentId !== r.state.documentId) : [...chosen, r]);
  const choosable = may(type, "publish") || may(type, "unpublish") || may(type, "delete");
  const sortable = (name: string) => type.model.fields.find((f) => f.name === name)?.sortable ?? false;
  const header = (name: string, text: string, can: boolean) => (
    <SortHeader key={name} name={name} text={text} can={can} sort={sort} onSort={onSort} />
  );
  const end = locale && locale !== type.model.locales[0] ? `?locale=${locale}` : "";
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {choosable && (
            <td>
              <input
                type="checkbox"
                aria-label={t("selectAll")}
                checked={rows.every(has)}
                onChange={(e) => onChoose(e.target.checked ? rows : [])}
              />
            </td>
          )}
          {header(type.model.display, label(type.model.fields.find((f) => f.name === type.model.display)!.title), sortable(type.model.display))}
          <th scope="col">{t("status")}</th>
          {columns.map((f) => (
            <th scope="col" key={f.name}>
              {label(f.title)}
            </th>
          ))}
          {header("updatedAt", t("changed"), true)}
        </tr>
      </thead>
      <tbody>
        {rows.map((r) => {
          const title = display(type, r.entry) || t("untitled");
          return (
            <tr key={r.state.documentId}>
              {choosable && (
                <td>
                  <input type="checkbox" aria-label={t("select", { title })} checked={has(r)} onChange={() => toggle(r)} />
                </td>
              )}
              <th scope="row">
                <Link to={`/content/${type.id}/${r.state.documentId}${end}`}>{title}</Link>
              </th>
              <td data-label={t("status")}>
                <Status status={r.state.status} />
              </td>
              {columns.map((f) => (
                <td key={f.name} data-label={label(f.title)}>
                  <Cell field={f} value={r.entry[f.name]} />
                </td>
              ))}
              <td data-label={t("changed")}>
                {r.state.updatedBy ?? t("someone")}, {when(r.state.updatedAt, language)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface SortProps {
  name: string;
  text: string;
  can: boolean;
  sort: string;
  onSort: (sort: string) => void;
}

function SortHeader({ name, text, can, sort, onSort }: SortProps) {
  const { t } = useWords();
  const [by, direction] = sort.split(":");
  const sorted = by === name ? (direction === "desc" ? "descending" : "ascending") : "none";
  if (!can) return <th scope="col">{text}</th>;
  return (
    <th scope="col" aria-sort={sorted}>
      <button title={t("sortBy", { field: text })} onClick={() => onSort(sorted === "ascending" ? `${name}:desc` : name)}>
        {text} <span aria-hidden="true">{sorted === "none" ? "" : sorted === "ascending" ? "↑" : "↓"}</span>
      </button>
    </th>
  );
}

function Cell({ field, value }: { field: Field; value: unknown }) {
  const { label, language } = useWords();
  const target = displayOf(useTypes(), field);
  if (value === null || value === undefined) return null;
  const text = (v: unknown): string => {
    switch (field.kind) {
      case "enum": {
        const option = field.options?.find((o) => o.const === v);
        return option ? label(option.title) : String(v);
      }
      case "relation":
        return String((target && (v as Values)[target]) ?? "");
      case "date":
        return when(String(v), language);
      case "localtime":
        return when(String((v as Values).utc), language);
    }
    return String(v);
  };
  if (!Array.isArray(value)) return <>{text(value)}</>;
  return <>{value.slice(0, 3).map(text).join(", ") + (value.length > 3 ? ` +${value.length - 3}` : "")}</>;
}

function Pages({ page, total, onPage }: { page: number; total: number; onPage: (page: number) => void }) {
  const { t } = useWords();
  if (total <= pageSize) return null;
  return (
    <nav className="pair pages" aria-label={t("pages")}>
      {page > 1 && <button onClick={() => onPage(page - 1)}>{t("previous")}</button>}
      {page * pageSize < total && <button onClick={() => onPage(page + 1)}>{t("next")}</button>}
    </nav>
  );
}

