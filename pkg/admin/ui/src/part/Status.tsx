import { useWords } from "../i18n";
import { onDay, when } from "../format";
import type { State } from "../model";

const looks = { draft: "draft", modified: "changed", published: "published" } as const;

export function Status({ status }: { status: State["status"] }) {
  const { t } = useWords();
  return <span className={`status ${looks[status]}`}>{t(status)}</span>;
}

// useSentence says in one sentence where an entry stands; it is the same everywhere.
export function useSentence() {
  const { t, language } = useWords();
  return (s: State) => {
    const values = {
      who: s.updatedBy ?? t("someone"),
      when: when(s.updatedAt, language),
      date: s.publishedAt ? onDay(s.publishedAt, language) : "",
    };
    return t(s.status === "draft" ? "stateDraft" : s.status === "modified" ? "stateModified" : "statePublished", values);
  };
}
