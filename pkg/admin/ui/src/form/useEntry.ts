import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useForm, type UseFormReturn } from "react-hook-form";
import { useAnnounce } from "../announce";
import { ApiError } from "../api";
import { clock } from "../format";
import { useWords } from "../i18n";
import { innerFields, same, type Field, type State, type Type, type Values } from "../model";
import { useReason } from "../part/Message";
import { act, changes, compare, load, save, type Loaded, type Merge } from "./entry";
import type { Fault } from "./ErrorSummary";

export type Step = "draft" | "publish";

interface Options {
  type: Type;
  id: string | undefined;
  locale: string | undefined;
  loaded: Loaded;
  onCreated: (id: string) => void;
}

// useEntry keeps the form of one entry in step with the server: what is saved, what is typed, and what
// others have saved meanwhile. Nothing that the server answers is written over what is being typed.
export function useEntry({ type, id: given, locale, loaded, onCreated }: Options) {
  const { t, language } = useWords();
  const announce = useAnnounce();
  const reason = useReason();
  const cache = useQueryClient();
  const form = useForm<Values>({ defaultValues: loaded.values });
  const server = useRef(loaded.values); // as the server has it
  const shown = useRef(loaded.values); // as the form had it then
  const current = useRef({ id: given, rev: loaded.state?.rev ?? 0, partial: loaded.shared });
  const attempt = useRef({ body: "", key: undefined as string | undefined }); // to make the entry
  const running = useRef(false);
  const waiting = useRef<Step | null>(null);
  const runAgain = useRef<(step: Step) => Promise<void>>(async () => {});
  const [state, setState] = useState<State | null>(loaded.state);
  const [busy, setBusy] = useState<Step | null>(null);
  const [note, setNote] = useState("");
  const [halted, setHalted] = useState(""); // why it was not published
  const [faults, setFaults] = useState<Fault[]>([]);
  const [conflict, setConflict] = useState<(Merge & { step: Step; who: string }) | null>(null);

  const pending = useCallback(() => {
    const { id } = current.current;
    return changes(type, !id, shown.current, form.getValues());
  }, [form, type]);
  const isDirty = useCallback(() => Object.keys(pending()).length > 0, [pending]);
  const [dirty, recount] = useDirty(form, isDirty);

  const showFaults = useCallback(
    (error: unknown) => {
      const list: Fault[] = [];
      if (error instanceof ApiError && error.status === 401) return; // the dialog to sign in says it
      if (error instanceof ApiError && error.problems.length > 0) {
        for (const p of error.problems) {
          const path = p.path.join(".");
          const message = p.code === "required" ? t("requiredError") : withoutName(p.messages[language]);
          if (path) form.setError(path, { message });
          list.push({ path, message });
        }
      } else {
        list.push({ path: "", message: reason(error) });
      }
      setFaults(list);
    },
    [form, language, reason, t],
  );

  // settle takes over what the server has after a save of `sent`. A field in which somebody has typed
  // since then is left alone, and so is formatted text, whose caret would jump.
  const settle = useCallback(
    async (next: State, theirs: Values, sent: Values) => {
      const now = form.getValues();
      const inStep: Values = {};
      for (const f of type.model.fields) {
        const untouched = same(f, sent[f.name], now[f.name]);
        if (untouched && f.kind !== "richtext") takeOver(form, f, now[f.name], theirs[f.name]);
        else if (untouched && same(f, shown.current[f.name], sent[f.name]) && !same(f, sent[f.name], theirs[f.name])) {
          form.setValue(f.name, theirs[f.name] ?? null);
        }
        // A copy, since the form changes its values in place.
        inStep[f.name] = untouched ? structuredClone(form.getValues(f.name)) : sent[f.name];
      }
      server.current = theirs;
      shown.current = inStep;
      current.current = { id: next.documentId, rev: next.rev, partial: false };
      setState(next);
      recount();
      void cache.invalidateQueries({ queryKey: ["locales", type.id, next.documentId] });
      void cache.invalidateQueries({ queryKey: ["uses"] });
      void cache.invalidateQueries({ queryKey: ["history"] });
      void cache.invalidateQueries({ queryKey: ["single"] });
      void cache.invalidateQueries({ queryKey: ["rows"], refetchType: "none" });
    },
    [cache, form, recount, type],
  );

  // adopt takes over where the entry stands after an act that left its fields alone.
  const adopt = useCallback(
    (next: State) => {
      current.current.rev = next.rev;
      setState(next);
      void cache.invalidateQueries({ queryKey: ["locales", type.id, next.documentId] });
      void cache.invalidateQueries({ queryKey: ["history"] });
    },
    [cache, type],
  );

  // saveOnce writes the changed fields, if there are any or the entry is not there yet.
  const saveOnce = useCallback(async () => {
    const { id, rev, partial } = current.current;
    const sent = structuredClone(form.getValues());
    const body = pending();
    if (Object.keys(body).length === 0 && id && !partial) return;
    const text = JSON.stringify(body);
    if (!attempt.current.key || attempt.current.body !== text) {
      attempt.current = { body: text, key: crypto.randomUUID?.() }; // browsers have it under https alone
    }
    const saved = await save({ type, id, locale, revision: rev }, body, attempt.current.key);
    // It is saved, even if it can't be read now. Then the next save reads it, also with nothing to write.
    current.current = { id: saved.id, rev: saved.revision, partial: true };
    const fresh = await load(type, saved.id, locale).catch((error: unknown) => {
      server.current = shown.current = sent;
      throw error;
    });
    // If somebody has saved since, this form is in step with its own revision, and the next save merges.
    const last = fresh.state!.rev === saved.revision;
    await settle({ ...fresh.state!, rev: saved.revision }, last ? fresh.values : sent, sent);
    setNote(t("savedNow", { time: clock(language) }));
    if (saved.id !== given) onCreated(saved.id);
  }, [form, given, language, locale, onCreated, pending, settle, t, type]);

  const run = useCallback(
    // With `who`, whose changes just came in, it saves but does not publish.
    async (step: Step, who = "") => {
      if (running.current) {
        waiting.current = step; // one save at a time; the last wish is kept
        return;
      }
      running.current = true;
      let done = false;
      setBusy(step);
      setFaults([]);
      setHalted("");
      form.clearErrors();
      const publishes = step === "publish" && type.model.drafts;
      try {
        await saveOnce();
        if (publishes && !who) {
          const { id, rev } = current.current;
          adopt(await act({ type, locale, id, revision: rev }, "publish"));
        }
        const title = String(form.getValues(type.model.display) || t("untitled"));
        const time = clock(language);
        setNote(t("savedNow", { time }));
        if (publishes && who) {
          setHalted(t("halted", { who }));
          announce(t("halted", { who }));
        } else {
          announce(publishes ? t("publishedNow", { title }) : t("saved", { title, time }));
        }
        done = true;
      } catch (error) {
        try {
          const { id } = current.current;
          if (!(error instanceof ApiError && error.status === 412 && id)) throw error;
          const { state: next, values: theirs } = await load(type, id, locale);
          const sides = compare(type, server.current, shown.current, form.getValues(), theirs);
          setConflict({ state: next!, theirs, ...sides, step, who });
        } catch (inner) {
          showFaults(inner);
        }
      } finally {
        running.current = false;
        setBusy(null);
        const next = waiting.current;
        waiting.current = null;
        if (next && done && !(next === "publish" && who)) void runAgain.current(next);
      }
    },
    [adopt, announce, form, language, locale, saveOnce, showFaults, t, type],
  );
  useEffect(() => {
    runAgain.current = run;
  }, [run]);

  // resolve merges: fields that only the others changed come in, and for the rest the choice holds. What
  // has been typed since the others' values were asked for counts, and is asked about if it must be.
  const resolve = useCallback(
    (chosen: Record<string, "mine" | "theirs">) => {
      if (!conflict) return;
      const sides = compare(type, server.current, shown.current, form.getValues(), conflict.theirs);
      if (sides.conflicts.some((name) => !conflict.conflicts.includes(name))) {
        setConflict({ ...conflict, ...sides });
        return;
      }
      const changed = type.model.fields.some((f) => !same(f, server.current[f.name], conflict.theirs[f.name]));
      const who = changed ? (conflict.state.updatedBy ?? t("someone")) : conflict.who;
      for (const f of type.model.fields) {
        const keep = sides.mine.includes(f.name) || (sides.conflicts.includes(f.name) && chosen[f.name] === "mine");
        if (!keep) takeOver(form, f, form.getValues(f.name), conflict.theirs[f.name]);
      }
      server.current = conflict.theirs;
      shown.current = structuredClone(conflict.theirs);
      current.current.rev = conflict.state.rev;
      setState(conflict.state);
      recount();
      setConflict(null);
      void run(conflict.step, who);
    },
    [conflict, form, recount, run, t, type],
  );
  useEffect(() => {
    if (conflict && conflict.conflicts.length === 0) resolve({});
  }, [conflict, resolve]);

  // reload takes over everything from the server, after an act that changed the entry there.
  const reload = useCallback(async () => {
    const fresh = await load(type, current.current.id, locale);
    for (const f of type.model.fields) takeOver(form, f, form.getValues(f.name), fresh.values[f.name]);
    setFaults([]);
    setHalted("");
    form.clearErrors();
    await settle(fresh.state!, fresh.values, structuredClone(form.getValues()));
  }, [form, locale, settle, type]);

  return { form, state, busy, note, halted, faults, conflict, setConflict, dirty, isDirty, run, resolve, reload, adopt };
}

// withoutName takes the name of the field out of a message: the message stands beside the field.
const withoutName = (message: string) => message.replace(/^„[^“]*“: /, "");

// useDirty tells whether something is unsaved, without drawing the form at every key.
function useDirty(form: UseFormReturn<Values>, isDirty: () => boolean): [boolean, () => void] {
  const [dirty, setDirty] = useState(false);
  const recount = useCallback(() => setDirty(isDirty()), [isDirty]);
  useEffect(() => {
    const subscription = form.watch(recount);
    return () => subscription.unsubscribe();
  }, [form, recount]);
  return [dirty, recount];
}

// takeOver puts the server's value into the form. Where it says the same, only the ids of rows are
// taken, so that no input is drawn again under somebody's hands.
function takeOver(form: UseFormReturn<Values>, f: Field, now: unknown, next: unknown) {
  if (!same(f, now, next)) {
    put(form, f, f.name, now, next);
    return;
  }
  if (f.kind !== "object") return;
  const rows = f.many ? (Array.isArray(now) ? now : []) : [now];
  const theirs = f.many ? (Array.isArray(next) ? next : []) : [next];
  if (rows.length !== theirs.length) return; // an empty row is being filled in
  theirs.forEach((row, i) => takeIds(form, f, f.many ? `${f.name}.${i}` : f.name, row));
}

// put writes a value input by input, since an input does not notice that the object around it is
// another. Lists of rows and the inputs that show a list as a whole take it whole.
function put(form: UseFormReturn<Values>, f: Field, path: string, now: unknown, next: unknown) {
  const inner = f.many || f.kind === "localtime" ? undefined : innerFields(f);
  if (inner) {
    const part = (v: unknown, name: string) => (v && typeof v === "object" ? (v as Values)[name] : undefined);
    for (const g of inner) put(form, g, `${path}.${g.name}`, part(now, g.name), part(next, g.name));
    if (part(next, "id") !== undefined) form.setValue(`${path}.id`, part(next, "id") as never);
    return;
  }
  const inputs = f.many && !["object", "relation", "asset", "enum"].includes(f.kind);
  if (inputs && Array.isArray(now) && Array.isArray(next) && now.length === next.length) {
    next.forEach((v, i) => form.setValue(`${path}.${i}`, v as never));
    return;
  }
  form.setValue(path, (f.many ? (next ?? []) : (next ?? null)) as never);
}

function takeIds(form: UseFormReturn<Values>, f: Field, path: string, row: unknown) {
  if (!row || typeof row !== "object") return;
  const { id } = row as Values;
  if (id !== undefined) form.setValue(`${path}.id`, id as never);
  for (const g of innerFields(f) ?? []) {
    const inner = (row as Values)[g.name];
    if (g.kind !== "object" || !inner) continue;
    if (Array.isArray(inner)) inner.forEach((r, i) => takeIds(form, g, `${path}.${g.name}.${i}`, r));
    else takeIds(form, g, `${path}.${g.name}`, inner);
  }
}
