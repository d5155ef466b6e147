import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useAnnounce } from "../announce";
import { query, request } from "../api";
import { moment } from "../format";
import { useWords } from "../i18n";
import { may, type Type } from "../model";
import { focusAfterDialog, heading } from "../part/focus";
import { Failure, useReason, Waiting } from "../part/Message";
import { Modal } from "../part/Modal";
import { Page } from "../part/Page";
import { useTypes } from "../types";

interface Trashed {
  documentId: string;
  locale: string | null;
  rev: number;
  title: string;
  deletedAt: string;
  deletedBy: string | null;
}

export function TrashPage() {
  const { t, label } = useWords();
  const { type: name } = useParams();
  const types = useTypes().filter((x) => may(x, "readDraft") && may(x, "delete"));
  const type = types.find((x) => x.id === name) ?? types[0];
  return (
    <Page title={t("trash")}>
      <nav className="filters" aria-label={t("chooseType")}>
        {types.map((x) => (
          <Link key={x.id} className="chip" to={`/trash/${x.id}`} aria-current={x === type ? "page" : undefined}>
            {label(x.model.titles)}
          </Link>
        ))}
      </nav>
      {type && <TrashList key={type.id} type={type} />}
    </Page>
  );
}

function TrashList({ type }: { type: Type }) {
  const { t } = useWords();
  const [limit, setLimit] = useState(25);
  const list = useQuery({
    queryKey: ["trash", type.id, limit],
    queryFn: () => request<Trashed[]>(`/manage/trash/${type.id}${query({ limit })}`),
    placeholderData: (before) => before,
  });
  if (list.isPending) return <Waiting />;
  if (list.isError) return <Failure error={list.error} retry={() => void list.refetch()} />;
  if (list.data.data.length === 0) return <p>{t("trashEmpty")}</p>;
  return (
    <>
      <ul className="picked">
        {list.data.data.map((x) => (
          <TrashLine key={`${x.documentId}/${x.locale}`} type={type} entry={x} />
        ))}
      </ul>
      {list.data.meta.total > limit && limit < 100 && <button onClick={() => setLimit(100)}>{t("next")}</button>}
    </>
  );
}

function TrashLine({ type, entry }: { type: Type; entry: Trashed }) {
  const { t, language } = useWords();
  const announce = useAnnounce();
  const reason = useReason();
  const cache = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState("");
  const title = entry.title || t("untitled");
  const run = async (act: "restore" | "purge") => {
    const path = `/manage/trash/${type.id}/${entry.documentId}`;
    const end = query({ locale: entry.locale });
    try {
      if (act === "restore") await request(`${path}/restore${end}`, { method: "POST", revision: entry.rev });
      else await request(path + end, { method: "DELETE" });
      setAsked(false);
      announce(t(act === "restore" ? "restoredNow" : "deletedNow", { title }));
      focusAfterDialog(heading);
      await cache.invalidateQueries();
    } catch (e) {
      setError(reason(e));
    }
  };
  return (
    <li>
      <span>
        <strong>{title}</strong>
        <br />
        <span className="said">
          {t("deletedAt")} {moment(entry.deletedAt, language)} {entry.deletedBy && t("deletedBy", { who: entry.deletedBy })}
          {entry.locale && ` · ${entry.locale}`}
        </span>
        {error && !asked && (
          <span className="error" role="alert">
            {t("error")} {error}
          </span>
        )}
      </span>
      <span className="pair">
        <button aria-label={`${title}: ${t("restore")}`} onClick={() => void run("restore")}>
          {t("restore")}
        </button>
        <button className="danger" aria-label={`${title}: ${t("purge")}`} onClick={() => setAsked(true)}>
          {t("purge")}
        </button>
      </span>
      <Modal open={asked} title={t("purge")} onClose={() => setAsked(false)}>
        <p>{t("purgeText", { title })}</p>
        <div role="alert">{error && <p className="error">{`${t("error")} ${error}`}</p>}</div>
        <div className="pair">
          <button className="danger" onClick={() => void run("purge")}>
            {t("purge")}
          </button>
          <button onClick={() => setAsked(false)}>{t("cancel")}</button>
        </div>
      </Modal>
    </li>
  );
}
