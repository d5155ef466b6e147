import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { query, request } from "../api";
import { when } from "../format";
import { useWords } from "../i18n";
import { display, may, type Row, type Type } from "../model";
import { Waiting } from "../part/Message";
import { Page } from "../part/Page";
import { Status } from "../part/Status";
import { useSession } from "../session";
import { useTypes } from "../types";

const shown = 10;

// StartPage shows what was changed lately over all types, and the state of the search.
export function StartPage() {
  const { t, label } = useWords();
  const { account } = useSession();
  const types = useTypes().filter((x) => may(x, "readDraft"));
  const lists = useQueries({
    queries: types
      .filter((x) => !x.single)
      .map((x) => ({
        queryKey: ["rows", x.id, "recent"],
        queryFn: () =>
          request<Row[]>(
            `/manage/entries/${x.id}${query({ pagination: { limit: shown, withCount: false }, fields: x.model.display })}`,
          ).then((a) => a.data),
      })),
  });
  const rows = lists
    .flatMap((l) => l.data ?? [])
    .sort((a, b) => (a.state.updatedAt < b.state.updatedAt ? 1 : -1))
    .slice(0, shown);
  const first = types.find((x) => may(x, "create") && !x.single);
  return (
    <Page
      title={`${t("hello")}, ${account.name || account.username}`}
      acts={first && <CreateLinks types={types.filter((x) => may(x, "create") && !x.single)} />}
    >
      <div className="cards">
        <section aria-labelledby="recent">
          <h2 id="recent">{t("recent")}</h2>
          {lists.some((l) => l.isPending) && <Waiting />}
          <ul>
            {rows.map((r) => (
              <RecentEntry key={r.state.type + r.state.documentId} row={r} type={types.find((x) => x.id === r.state.type)!} />
            ))}
          </ul>
          {rows.length === 0 && !lists.some((l) => l.isPending) && <p>{t("emptyListReader")}</p>}
        </section>
        <section aria-labelledby="types">
          <h2 id="types">{t("contents")}</h2>
          <ul>
            {types.map((x) => (
              <li key={x.id}>
                <Link to={`/content/${x.id}`}>{label(x.model.titles)}</Link>
                {x.model.description && (
                  <>
                    <br />
                    <span className="said">{x.model.description}</span>
                  </>
                )}
              </li>
            ))}
          </ul>
        </section>
        <SearchState />
      </div>
    </Page>
  );
}

function CreateLinks({ types }: { types: Type[] }) {
  const { t, label } = useWords();
  return (
    <details className="create">
      <summary className="button main">{t("newEntry")}</summary>
      <ul>
        {types.map((x) => (
          <li key={x.id}>
            <Link to={`/content/${x.id}/new`}>{t("create", { type: label(x.model.title) })}</Link>
          </li>
        ))}
      </ul>
    </details>
  );
}

function RecentEntry({ row, type }: { row: Row; type: Type }) {
  const { t, label, language } = useWords();
  return (
    <li>
      <Link to={`/content/${type.id}/${row.state.documentId}`}>{display(type, row.entry) || t("untitled")}</Link>
      <br />
      <Status status={row.state.status} />{" "}
      <span className="said">
        {label(type.model.title)}, {row.state.updatedBy ?? t("someone")}, {when(row.state.updatedAt, language)}
      </span>
    </li>
  );
}

function SearchState() {
  const { t } = useWords();
  const health = useQuery({
    queryKey: ["search"],
    queryFn: () => request("/search/health").then(() => true),
    retry: false,
    refetchInterval: 30_000,
  });
  if (health.isPending) return null;
  return (
    <section aria-labelledby="search">
      <h2 id="search">{t("searchState")}</h2>
      <p>{health.isSuccess ? t("searchOk") : t("searchBusy")}</p>
    </section>
  );
}
