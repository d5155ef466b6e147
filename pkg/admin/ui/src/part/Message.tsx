import { useEffect, useState } from "react";
import { ApiError } from "../api";
import { useWords } from "../i18n";

// useReason puts an error into words for the one who reads it.
export function useReason() {
  const { t, language } = useWords();
  return (error: unknown): string => {
    if (!(error instanceof ApiError)) return t("failed", { message: String(error) });
    if (error.status === 0) return t("offline");
    if (error.status === 403) return t("forbidden");
    if (error.status === 404) return t("notFound");
    if (error.status === 409 && typeof error.detail.count === "number") return t("blocked", { n: error.detail.count });
    if (error.status === 412) return t("stale");
    if (error.status === 429) return t("tooMany");
    if (error.problems.length > 0) return error.problems.map((p) => p.messages[language]).join(" ");
    return t("failed", { message: error.message });
  };
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords();
  const reason = useReason();
  return (
    <div className="note" role="alert">
      <p>{reason(error)}</p>
      {retry && <button onClick={retry}>{t("retry")}</button>}
    </div>
  );
}

// Waiting shows nothing for a moment, then a word, then a sentence.
export function Waiting() {
  const { t } = useWords();
  const [stage, setStage] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => setStage(1), 300), setTimeout(() => setStage(2), 5000)];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <p className="soft" aria-busy="true">
      {stage === 0 ? "" : stage === 1 ? t("loading") : t("loadingLong")}
    </p>
  );
}
