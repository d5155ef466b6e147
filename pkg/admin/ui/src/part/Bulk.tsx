import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAnnounce } from "../announce";
import { request } from "../api";
import { useWords } from "../i18n";
import { may, type Row, type Type } from "../model";
import { localeName } from "../form/Languages";
import { focusAfterDialog, heading } from "./focus";
import { useReason } from "./Message";
import { Modal } from "./Modal";

type Act = "publish" | "unpublish" | "remove";

const titles = { publish: "bulkPublish", unpublish: "bulkUnpublish", remove: "bulkRemove" } as const;
const texts = { publish: "bulkPublishText", unpublish: "bulkUnpublishText", remove: "bulkRemoveText" } as const;

// Bulk acts on the chosen rows, one after the other, and says what came of it.
export function Bulk({ type, rows, onDone }: { type: Type; rows: Row[]; onDone: () => void }) {
  const { t, language } = useWords();
  const reason = useReason();
  const announce = useAnnounce();
  const cache = useQueryClient();
  const [act, setAct] = useState<Act | null>(null);
  const [busy, setBusy] = useState(0);
  const [result, setResult] = useState("");
  if (rows.length === 0 && !result) return null;
  const run = async () => {
    if (!act || busy > 0) return;
    let done = 0;
    const failed: string[] = [];
    for (const row of rows) {
      setBusy(done + failed.length + 1);
      try {
        await runOne(type, row, act);
        done++;
      } catch (e) {
        failed.push(`${String(row.entry[type.model.display] ?? "")}: ${reason(e)}`);
      }
    }
    const said = [t("bulkDone", { done }), failed.length ? t("bulkFailed", { failed: failed.length, first: failed[0]! }) : ""];
    setBusy(0);
    setAct(null);
    setResult(said.filter(Boolean).join(", "));
    announce(said.filter(Boolean).join(", "));
    focusAfterDialog(heading); // the buttons go with the selection
    await cache.invalidateQueries({ queryKey: ["rows"] });
    onDone();
  };
  return (
    <div className="batch" role="region" aria-label={t("selection")}>
      {rows.length > 0 ? <strong>{t("selected", { n: rows.length })}</strong> : <span>{result}</span>}
      {rows.length > 0 && (
        <>
          {may(type, "publish") && type.model.drafts && <button onClick={() => setAct("publish")}>{t("publish")} …</button>}
          {may(type, "unpublish") && type.model.drafts && <button onClick={() => setAct("unpublish")}>{t("unpublish")} …</button>}
          {may(type, "delete") && (
            <button className="danger" onClick={() => setAct("remove")}>
              {t("remove")} …
            </button>
          )}
        </>
      )}
      {rows.length === 0 && (
        <button className="plain" onClick={() => setResult("")}>
          {t("close")}
        </button>
      )}
      <Modal open={act !== null} title={act ? t(titles[act], { n: rows.length }) : ""} onClose={() => setAct(null)}>
        <p>{act && t(texts[act])}</p>
        {rows[0]?.state.locale && type.model.locales.length > 1 && (
          <p>{t("bulkLocale", { locale: localeName(rows[0].state.locale, language) })}</p>
        )}
        <ul className="todo">
          {rows.slice(0, 10).map((r) => (
            <li key={r.state.documentId}>
              {String(r.entry[type.model.display] ?? t("untitled"))} <span className="said">{r.state.updatedBy}</span>
            </li>
          ))}
          {rows.length > 10 && <li>+{rows.length - 10}</li>}
        </ul>
        <div className="pair">
          <button className={act === "remove" ? "danger" : "main"} onClick={() => void run()} aria-disabled={busy > 0}>
            {busy > 0 ? `${busy}/${rows.length}` : act && t(titles[act], { n: rows.length })}
          </button>
          <button onClick={() => setAct(null)}>{t("cancel")}</button>
        </div>
      </Modal>
    </div>
  );
}

function runOne(type: Type, row: Row, act: Act) {
  const { documentId, locale, rev } = row.state;
  const end = locale ? `?locale=${locale}` : "";
  if (act === "remove") return request(`${type.path}/${documentId}${end}`, { method: "DELETE", revision: rev });
  return request(`/manage/entries/${type.id}/${documentId}/${act}${end}`, { method: "POST", revision: rev });
}
