import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { de } from "./text/de";
import { en } from "./text/en";
import type { Label } from "./model";

export type Language = "de" | "en";
export type Key = keyof typeof de;
type Values = Record<string, string | number>;

interface Words {
  language: Language;
  setLanguage: (l: Language) => void;
  t: (key: Key, values?: Values) => string;
  label: (l: Label) => string;
}

const Context = createContext<Words | null>(null);

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error("no language");
  return words;
}

const stored = "kontor.language";

export function Language({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (localStorage.getItem(stored) === "en" ? "en" : "de"));
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(stored, language);
  }, [language]);
  const words = useMemo<Words>(() => {
    const texts: Record<Key, string> = language === "en" ? en : de;
    return {
      language,
      setLanguage,
      t: (key, values) => fill(texts[key], values),
      label: (l) => l[language],
    };
  }, [language]);
  return (
    <I18nProvider locale={language === "de" ? "de-DE" : "en-GB"}>
      <Context.Provider value={words}>{children}</Context.Provider>
    </I18nProvider>
  );
}

// fill puts values into a text. {n|one|many} chooses by a number.
function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const v = values[name];
    if (one === undefined) return String(v ?? "");
    return Number(v) === 1 ? one : many!;
  });
}
