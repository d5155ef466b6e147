import { useState } from "react";
import { query, request } from "../api";
import { moment } from "../format";
import { useWords } from "../i18n";
import type { Type } from "../model";
import { useReason } from "../part/Message";
import { Modal } from "../part/Modal";

interface Made {
  url: string | null;
  token: string;
  expiresAt: string;
}

// Preview makes an address at which the site shows the draft to whoever has it. The link is opened by
// the reader's own click, so no browser takes it for an advertisement.
export function Preview({ type, id, locale, dirty }: { type: Type; id: string; locale: string | undefined; dirty: boolean }) {
  const { t, language } = useWords();
  const reason = useReason();
  const [made, setMade] = useState<Made | null>(null);
  const [open, setOpen] = useState(false);
  const [error, setError] = useState("");
  if (!type.model.pagePath) return null;
  const make = async () => {
    setMade(null);
    setError("");
    setOpen(true);
    try {
      setMade((await request<Made>(`/manage/entries/${type.id}/${id}/previews${query({ locale })}`, { method: "POST" })).data);
    } catch (e) {
      setError(reason(e));
    }
  };
  return (
    <>
      <button type="button" className="plain" onClick={() => void make()}>
        {t("preview")}
      </button>
      <Modal open={open} title={t("preview")} onClose={() => setOpen(false)}>
        {dirty && <p className="note">{t("previewUnsaved")}</p>}
        <div role="alert">{error && <p className="error">{`${t("error")} ${error}`}</p>}</div>
        {!made && !error && <p aria-busy="true">{t("loading")}</p>}
        {made && (made.url ? <p>{t("previewText", { until: moment(made.expiresAt, language) })}</p> : <p>{t("previewNoSite")}</p>)}
        {made?.url && (
          <p>
            <a href={made.url} target="_blank" rel="noopener noreferrer">
              {t("previewOpen")}
            </a>
          </p>
        )}
        <button onClick={() => setOpen(false)}>{t("close")}</button>
      </Modal>
    </>
  );
}
