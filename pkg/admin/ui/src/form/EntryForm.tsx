import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { FormProvider, useWatch } from "react-hook-form";
import { useBlocker, useNavigate } from "react-router";
import { useAnnounce } from "../announce";
import { FieldInput } from "../field";
import { SharedContext } from "../field/FieldBox";
import { useWords } from "../i18n";
import { may, writable, type Type } from "../model";
import { LeaveDialog } from "../part/LeaveDialog";
import { Page } from "../part/Page";
import { useUnsaved } from "../part/unsaved";
import { ConflictDialog } from "./ConflictDialog";
import { type Loaded } from "./entry";
import { ErrorSummary } from "./ErrorSummary";
import { Languages } from "./Languages";
import { sectionsOf, type Section } from "./sections";
import { SidePanel } from "./SidePanel";
import { useEntry } from "./useEntry";

interface Props {
  type: Type;
  id: string | undefined;
  locale: string | undefined;
  loaded: Loaded;
  above: ReactNode;
  onCreated: (id: string) => Promise<void>; // moves to the address of an entry that was just made
}

// EntryForm edits one entry in one locale. Saving writes the fields that differ from what was loaded,
// under the revision that was loaded; publishing saves first.
export function EntryForm({ type, id, locale, loaded: given, above, onCreated }: Props) {
  const { t } = useWords();
  const announce = useAnnounce();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [loaded] = useState(given); // what comes later from the cache changes nothing here
  const leaving = useRef(false); // the page is left by the form itself
  const created = async (newId: string) => {
    leaving.current = true;
    await onCreated(newId);
    leaving.current = false;
  };
  const entry = useEntry({ type, id, locale, loaded, onCreated: (newId) => void created(newId) });
  const { form, state, busy, dirty, isDirty, run } = entry;
  const open = writable(type, !id);
  const editable = open.size > 0;

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
      const save = e.key.toLowerCase() === "s" && !e.shiftKey;
      const publish = e.key === "Enter" && e.shiftKey;
      if (!save && !publish) return;
      e.preventDefault();
      if (!editable || document.querySelector("[role=dialog]")) return;
      if (save) void run("draft");
      else if (may(type, "publish") || !type.model.drafts) void run("publish");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [editable, run, type]);
  useUnsaved(isDirty);
  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => isDirty() && e.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isDirty]);
  const blocker = useBlocker(
    ({ currentLocation: from, nextLocation: to }) =>
      !leaving.current && from.pathname + from.search !== to.pathname + to.search && isDirty(),
  );

  return (
    <FormProvider {...form}>
      <EntryTitle type={type} isNew={!id} above={above}>
        {type.model.locales.length > 1 && id && <Languages type={type} id={id} locale={locale!} from={state ? locale! : type.model.locales[0]!} />}
        {loaded.shared && !state && <p className="note">{t("newLocale")}</p>}
        {!editable && <p className="note">{t("readOnly")}</p>}
        <ErrorSummary faults={entry.faults} type={type} />
        <form
          className="form"
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            void run("draft");
          }}
        >
          <div>
            <Sections type={type} open={open} />
            {editable && <Bar type={type} busy={busy} note={entry.halted || (dirty ? t("unsaved") : entry.note)} onPublish={() => void run("publish")} />}
          </div>
          <SidePanel
            type={type}
            id={id}
            locale={locale}
            state={state}
            dirty={dirty}
            onState={async (next, said, reload) => {
              if (reload) await entry.reload();
              else entry.adopt(next);
              announce(said);
            }}
            onGone={async (said) => {
              leaving.current = true;
              await cache.invalidateQueries({ queryKey: ["rows"], refetchType: "none" });
              await navigate(type.single ? "/" : `/content/${type.id}`);
              announce(said);
            }}
          />
        </form>
      </EntryTitle>
      <ConflictDialog
        type={type}
        conflict={entry.conflict && entry.conflict.conflicts.length > 0 ? entry.conflict : null}
        mine={form.getValues()}
        onClose={() => entry.setConflict(null)}
        onResolve={entry.resolve}
      />
      <LeaveDialog open={blocker.state === "blocked"} onStay={() => blocker.reset?.()} onLeave={() => blocker.proceed?.()} />
    </FormProvider>
  );
}

// EntryTitle is the page under the entry's title. It follows the typing alone, so that a key does not
// draw the whole form again.
function EntryTitle({ type, isNew, above, children }: { type: Type; isNew: boolean; above: ReactNode; children: ReactNode }) {
  const { t, label } = useWords();
  const typed = String(useWatch({ name: type.model.display }) ?? "");
  const title = typed || (isNew ? t("create", { type: label(type.model.title) }) : t("untitled"));
  return (
    <Page title={title} above={above}>
      {children}
    </Page>
  );
}

function Sections({ type, open }: { type: Type; open: Set<string> }) {
  const { t } = useWords();
  const sections = sectionsOf(type);
  const shared = type.model.locales.length > 1 && type.model.fields.some((f) => f.localized);
  return (
    <SharedContext.Provider value={shared}>
      {sections.length > 1 && <Outline sections={sections} />}
      {sections.map((s) => (
        <section key={s.id} className="box" id={s.id} aria-labelledby={`${s.id}-title`}>
          <h2 id={`${s.id}-title`} tabIndex={-1}>
            {s.title || t("general")}
          </h2>
          {s.fields.map((f) => (
            <FieldInput key={f.name} field={f} path={f.name} readOnly={!open.has(f.name)} />
          ))}
        </section>
      ))}
    </SharedContext.Provider>
  );
}

function Outline({ sections }: { sections: Section[] }) {
  const { t } = useWords();
  return (
    <nav aria-label={t("sections")}>
      <ol className="outline">
        {sections.map((s) => (
          <li key={s.id}>
            <a
              className="chip"
              href={`#${s.id}`}
              onClick={(e) => {
                e.preventDefault();
                const heading = document.getElementById(`${s.id}-title`);
                heading?.scrollIntoView();
                heading?.focus();
              }}
            >
              {s.title || t("general")}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

// Bar has the acts of writing, and the line that says whether everything is saved.
function Bar({ type, busy, note, onPublish }: { type: Type; busy: "draft" | "publish" | null; note: string; onPublish: () => void }) {
  const { t, label } = useWords();
  const publishes = may(type, "publish") || !type.model.drafts;
  const name = label(type.model.title);
  const publishWord = t(type.model.drafts ? "publishType" : "saveType", { type: name });
  return (
    <div className="bar">
      {publishes && (
        <button
          type="button"
          className="main"
          onClick={onPublish}
          aria-disabled={busy !== null}
          aria-keyshortcuts="Control+Shift+Enter"
          title={t("publishKeys")}
        >
          {busy === "publish" ? t("saving") : publishWord}
        </button>
      )}
      {type.model.drafts && (
        <button className={publishes ? "" : "main"} aria-disabled={busy !== null} aria-keyshortcuts="Control+S">
          {busy === "draft" ? t("saving") : t("saveDraft")}
        </button>
      )}
      <span className="soft small">
        {note ? <span className="said">{note}</span> : <span className="keys">{t("savesBy")}</span>}
      </span>
    </div>
  );
}
