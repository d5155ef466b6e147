import type { Language } from "./i18n";

const tag = (l: Language) => (l === "de" ? "de-DE" : "en-GB");

// when is a time of today, or a date.
export function when(iso: string, l: Language): string {
  const at = new Date(iso);
  const today = new Date().toDateString() === at.toDateString();
  return today
    ? at.toLocaleTimeString(tag(l), { hour: "2-digit", minute: "2-digit" })
    : at.toLocaleDateString(tag(l), { day: "numeric", month: "long", year: "numeric" });
}

// onDay is "am 3. März" for a sentence; today it is the time.
export function onDay(iso: string, l: Language): string {
  const at = new Date(iso);
  const now = new Date();
  if (now.toDateString() === at.toDateString()) {
    const time = at.toLocaleTimeString(tag(l), { hour: "2-digit", minute: "2-digit" });
    return l === "de" ? `heute um ${time}` : `today at ${time}`;
  }
  const year = now.getFullYear() === at.getFullYear() ? undefined : "numeric";
  return `${l === "de" ? "am" : "on"} ${at.toLocaleDateString(tag(l), { day: "numeric", month: "long", year })}`;
}

export function moment(iso: string, l: Language): string {
  return new Date(iso).toLocaleString(tag(l), { dateStyle: "long", timeStyle: "short" });
}

export function clock(l: Language): string {
  return new Date().toLocaleTimeString(tag(l), { hour: "2-digit", minute: "2-digit" });
}

// readNumber reads a number in German form: 1.234,5. A point is a thousands separator only where
// groups of three follow, so 2.5 is read as it is meant, too. It returns undefined for other text.
export function readNumber(text: string): number | undefined {
  let s = text.trim().replace(/[\s\u00a0\u202f€]/g, "");
  if (/^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/.test(s)) s = s.replace(/\./g, "").replace(",", ".");
  else s = s.replace(",", ".");
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(s) ? Number(s) : undefined;
}

export function writeNumber(n: number, digits?: number): string {
  return n.toLocaleString("de-DE", {
    useGrouping: Math.abs(n) >= 10000 || digits !== undefined,
    minimumFractionDigits: digits ?? 0,
    maximumFractionDigits: digits ?? 10,
  });
}

export function bytes(n: number): string {
  return n >= 1e6 ? `${writeNumber(Math.round(n / 1e5) / 10)} MB` : `${writeNumber(Math.ceil(n / 1000))} KB`;
}
