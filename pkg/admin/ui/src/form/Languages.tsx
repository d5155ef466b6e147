import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";
import { ApiError, request } from "../api";
import { useWords } from "../i18n";
import type { State, Type } from "../model";

// Languages are the locales of an entry as links, each with its state.
export function Languages({ type, id, locale }: { type: Type; id: string; locale: string }) {
  const { t, language } = useWords();
  const states = useQueries({
    queries: type.model.locales.map((l) => ({
      queryKey: ["locales", type.id, id, l],
      queryFn: async () => {
        try {
          return (await request<State>(`/manage/entries/${type.id}/${id}?locale=${l}`)).data;
        } catch (e) {
          if (e instanceof ApiError && e.status === 404) return null;
          throw e;
        }
      },
    })),
  });
  return (
    <nav className="langs" aria-label={t("locales")}>
      {type.model.locales.map((l, i) => (
        <Link key={l} to={`?locale=${l}`} aria-current={l === locale ? "page" : undefined}>
          {localeName(l, language)}{" "}
          {states[i]!.isSuccess && <span className="soft small">{states[i]!.data ? t(states[i]!.data!.status) : t("missingLocale")}</span>}
        </Link>
      ))}
    </nav>
  );
}

// localeName is what people call a locale. Plain language has no code of its own that browsers know.
export function localeName(locale: string, language: string): string {
  if (locale === "de-simple") return language === "de" ? "Einfache Sprache" : "Plain language";
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
