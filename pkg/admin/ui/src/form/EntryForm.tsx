import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { useBlocker, useNavigate } from "react-router";
import { useAnnounce } from "../announce";
import { ApiError } from "../api";
import { FieldInput } from "../field";
import { idOf } from "../field/FieldBox";
import { clock } from "../format";
import { useWords } from "../i18n";
import { may, writable, type State, type Type, type Values } from "../model";
import { useReason } from "../part/Message";
import { Modal } from "../part/Modal";
import { Page } from "../part/Page";
import { ConflictDialog } from "./ConflictDialog";
import { act, changes, merge, save, type Loaded, type Merge } from "./entry";
import { ErrorSummary, type Fault } from "./ErrorSummary";
import { Languages } from "./Languages";
import { sectionsOf } from "./sections";
import { SidePanel } from "./SidePanel";

interface Props {
  type: Type;
  id: string | undefined;
  locale: string | undefined;
  loaded: Loaded;
  above: ReactNode;
}

type Step = "draft" | "publish";

// EntryForm edits one entry in one locale. Saving writes the fields that differ from what was loaded,
// under the revision that was loaded; publishing saves first.
export function EntryForm({ type, id: given, locale, loaded, above }: Props) {
  const { t, label, language } = useWords();
  const announce = useAnnounce();
  const reason = useReason();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<Values>({ defaultValues: loaded.values });
  const base = useRef(loaded.values);
  const [state, setState] = useState<State | null>(loaded.state);
  const [id, setId] = useState(given);
  const [busy, setBusy] = useState<Step | null>(null);
  const [note, setNote] = useState("");
  const [faults, setFaults] = useState<Fault[]>([]);
  const [conflict, setConflict] = useState<(Merge & { step: Step }) | null>(null);
  const moving = useRef(false); // the page is left by the form itself
  const isNew = !state;
  const open = writable(type, isNew && !loaded.shared);
  const editable = open.size > 0;
  const title = String(form.watch(type.model.display) || "") || t("create", { type: label(type.model.title) });
  const dirty = form.formState.isDirty;

  const showFaults = useCallback(
    (error: unknown) => {
      form.clearErrors();
      const list: Fault[] = [];
      if (error instanceof ApiError && error.problems.length > 0) {
        for (const p of error.problems) {
          const path = p.path.join(".");
          form.setError(path, { message: p.messages[language] });
          list.push({ path, message: p.messages[language] });
        }
      } else {
        list.push({ path: "", message: reason(error) });
      }
      setFaults(list);
    },
    [form, language, reason],
  );

  // settle takes over what was saved as the new base.
  const settle = useCallback(
    async (documentId: string, next: State, values: Values) => {
      base.current = values;
      form.reset(values);
      setState(next);
      setId(documentId);
      setFaults([]);
      await Promise.all([
        cache.invalidateQueries({ queryKey: ["rows"] }),
        cache.invalidateQueries({ queryKey: ["locales", type.id, documentId] }),
        cache.invalidateQueries({ queryKey: ["single"] }),
      ]);
      if (!given) {
        moving.current = true;
        await navigate(`/content/${type.id}/${documentId}${locale && locale !== type.model.locales[0] ? `?locale=${locale}` : ""}`, {
          replace: true,
        });
      }
    },
    [cache, form, given, locale, navigate, type],
  );

  const run = useCallback(
    async (step: Step, revision = state?.rev ?? 0) => {
      if (busy) return;
      setBusy(step);
      const values = form.getValues();
      const target = { type, id, locale, revision };
      let merged: Merge | null = null;
      try {
        const body = changes(type, isNew && !loaded.shared, base.current, values);
        let documentId = id;
        let rev = revision;
        if (Object.keys(body).length > 0 || !documentId || loaded.shared) {
          ({ id: documentId, revision: rev } = await save(target, body));
        }
        if (step === "publish" && type.model.drafts) {
          await act({ ...target, id: documentId, revision: rev }, "publish");
        }
        merged = await merge(type, documentId!, locale, values, values);
        await settle(documentId!, merged.state, merged.theirs);
        setNote(t("savedNow", { time: clock(language) }));
        const name = String(merged.theirs[type.model.display] ?? title);
        announce(step === "publish" ? t("publishedNow", { title: name }) : t("saved", { title: name, time: clock(language) }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 412 && id) {
          setConflict({ ...(await merge(type, id, locale, base.current, values)), step });
        } else {
          showFaults(error);
        }
      } finally {
        setBusy(null);
      }
    },
    [announce, busy, form, id, isNew, language, loaded.shared, locale, settle, showFaults, state, t, title, type],
  );

  // Disjoint changes merge without a question; the rest is asked for, field by field.
  const resolve = useCallback(
    (chosen: Record<string, "mine" | "theirs">) => {
      if (!conflict) return;
      const mine = form.getValues();
      const names = type.model.fields.map((f) => f.name);
      const mineChanged = new Set(Object.keys(changes(type, false, base.current, mine)));
      const next = Object.fromEntries(
        names.map((n) => [n, (conflict.conflicts.includes(n) ? chosen[n] === "mine" : mineChanged.has(n)) ? mine[n] : conflict.theirs[n]]),
      );
      base.current = conflict.theirs;
      form.reset(conflict.theirs);
      for (const [name, v] of Object.entries(next)) form.setValue(name, v, { shouldDirty: true });
      setState(conflict.state);
      setConflict(null);
      void run(conflict.step, conflict.state.rev);
    },
    [conflict, form, run, type],
  );
  useEffect(() => {
    if (conflict && conflict.conflicts.length === 0) resolve({});
  }, [conflict, resolve]);

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s") {
        e.preventDefault();
        if (editable) void run("draft");
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [editable, run]);
  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => dirty && e.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && !moving.current && currentLocation.pathname + currentLocation.search !== nextLocation.pathname + nextLocation.search,
  );

  const sections = sectionsOf(type);
  const publishes = may(type, "publish");
  return (
    <FormProvider {...form}>
      <Page title={title} above={above}>
        {type.model.locales.length > 1 && id && <Languages type={type} id={id} locale={locale!} />}
        {loaded.shared && isNew && <p className="note">{t("newLocale")}</p>}
        <ErrorSummary faults={faults} type={type} />
        <form
          className="form"
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            void run("draft");
          }}
        >
          <div>
            {sections.length > 1 && (
              <nav aria-label={t("sections")}>
                <ol className="outline">
                  {sections.map((s) => (
                    <li key={s.id}>
                      <a className="chip" href={`#${s.id}`}>
                        {s.title || t("general")}
                      </a>
                    </li>
                  ))}
                </ol>
              </nav>
            )}
            {sections.map((s) => (
              <section key={s.id} className="box" id={s.id} tabIndex={-1} aria-labelledby={`${s.id}-title`}>
                <h2 id={`${s.id}-title`}>{s.title || t("general")}</h2>
                {s.fields.map((f) => (
                  <FieldInput key={f.name} field={f} path={f.name} readOnly={!open.has(f.name)} />
                ))}
              </section>
            ))}
            {editable && (
              <div className="bar">
                {publishes && (
                  <button type="button" className="main" onClick={() => void run("publish")} aria-disabled={busy !== null}>
                    {busy === "publish" ? t("saving") : t("publishType", { type: label(type.model.title) })}
                  </button>
                )}
                {type.model.drafts && (
                  <button className={publishes ? "" : "main"} aria-disabled={busy !== null}>
                    {busy === "draft" ? t("saving") : t("saveDraft")}
                  </button>
                )}
                <span className="soft small">{dirty ? `${t("unsaved")} · ${t("savesBy")}` : note || t("savesBy")}</span>
              </div>
            )}
          </div>
          <SidePanel
            type={type}
            id={id}
            locale={locale}
            state={state}
            onState={async (next, said) => {
              const fresh = await merge(type, id!, locale, {}, {});
              await settle(id!, next, fresh.theirs);
              announce(said);
            }}
            onGone={async (said) => {
              moving.current = true;
              announce(said);
              await cache.invalidateQueries({ queryKey: ["rows"] });
              await navigate(`/content/${type.id}`);
            }}
          />
        </form>
      </Page>
      <ConflictDialog
        type={type}
        conflict={conflict && conflict.conflicts.length > 0 ? conflict : null}
        mine={form.getValues()}
        onClose={() => setConflict(null)}
        onResolve={resolve}
      />
      <Modal open={blocker.state === "blocked"} title={t("leaveTitle")} onClose={() => blocker.reset?.()}>
        <p>{t("leaveText")}</p>
        <div className="pair">
          <button className="main" onClick={() => blocker.reset?.()}>
            {t("stay")}
          </button>
          <button className="danger" onClick={() => blocker.proceed?.()}>
            {t("leave")}
          </button>
        </div>
      </Modal>
    </FormProvider>
  );
}

export const anchor = (path: string) => `#${idOf(path)}`;
