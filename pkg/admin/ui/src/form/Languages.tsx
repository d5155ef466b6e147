import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { query, request } from "../api";
import { useWords } from "../i18n";
import type { State, Type, Values } from "../model";

// Languages are the locales of an entry as links, each with its state. The entry is asked for in a locale
// that it has, `from`.
export function Languages({ type, id, locale, from }: { type: Type; id: string; locale: string; from: string }) {
  const { t, language } = useWords();
  const there = useQuery({
    queryKey: ["locales", type.id, id],
    queryFn: async () => {
      const path = type.single ? type.path : `${type.path}/${id}`;
      const fields = "locale";
      const ask = query({ status: "draft", locale: from, fields, populate: { localizations: { fields } } });
      const entry = (await request<Values & { localizations?: { locale: string }[] }>(path + ask)).data;
      return [String(entry.locale), ...(entry.localizations ?? []).map((x) => x.locale)];
    },
    retry: false,
  });
  const states = useQueries({
    queries: type.model.locales.map((l) => ({
      queryKey: ["locales", type.id, id, l],
      enabled: there.data?.includes(l) ?? false,
      queryFn: async () => (await request<State>(`/manage/entries/${type.id}/${id}${query({ locale: l })}`)).data,
    })),
  });
  const word = (l: string, state: State | undefined) => {
    if (state) return t(state.status);
    return there.data && !there.data.includes(l) ? t("missingLocale") : "";
  };
  return (
    <nav className="langs" aria-label={t("locales")}>
      {type.model.locales.map((l, i) => (
        <Link key={l} to={`?locale=${l}`} aria-current={l === locale ? "page" : undefined}>
          {localeName(l, language)} <span className="soft small">{word(l, states[i]!.data)}</span>
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
