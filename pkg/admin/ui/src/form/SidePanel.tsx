import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Link } from "react-router";
import { request } from "../api";
import { useWords } from "../i18n";
import { isEmpty, may, type State, type Type, type Use } from "../model";
import { focusAfterDialog, focusField } from "../part/focus";
import { useReason } from "../part/Message";
import { Modal } from "../part/Modal";
import { Status, useSentence } from "../part/Status";
import { act, remove } from "./entry";
import { localeName } from "./Languages";
import { Preview } from "./Preview";

interface Props {
  type: Type;
  id: string | undefined;
  locale: string | undefined;
  state: State | null;
  dirty: boolean;
  onState: (state: State, said: string, reload: boolean) => Promise<void>;
  onGone: (said: string) => Promise<void>;
}

// SidePanel says where the entry stands, lists what publishing lacks, and has the acts that are not part
// of writing.
export function SidePanel(props: Props) {
  const { type, id, locale, state } = props;
  const { t } = useWords();
  const sentence = useSentence();
  const [open, setOpen] = useState(false);
  return (
    <div className={open ? "side-frame open" : "side-frame"}>
      <div className="fold">
        {state ? <Status status={state.status} /> : <span>{t("stateNew")}</span>}
        <button type="button" className="plain" aria-expanded={open} aria-controls="side" onClick={() => setOpen(!open)}>
          {t("panel")}
        </button>
      </div>
      <aside className="side" id="side" aria-label={t("panel")}>
        <section aria-labelledby="side-state">
          <h2 id="side-state" tabIndex={-1}>{t("status")}</h2>
          {state ? (
            <>
              <p>
                <Status status={state.status} />
              </p>
              <p className="small">{sentence(state)}</p>
              <Acts {...props} />
            </>
          ) : (
            <p className="small">{t("stateNew")}</p>
          )}
        </section>
        <Missing type={type} />
        {id && state && (
          <section aria-labelledby="side-more">
            <h2 id="side-more">{t("general")}</h2>
            <Address type={type} />
            <p className="small">
              <Link to={`/content/${type.id}/${id}/history${locale ? `?locale=${locale}` : ""}`}>{t("history")}</Link>
            </p>
            <Used type={type} id={id} />
          </section>
        )}
      </aside>
    </div>
  );
}

function Address({ type }: { type: Type }) {
  const { t } = useWords();
  const slug = type.model.fields.find((f) => f.kind === "slug")?.name;
  const value: unknown = useWatch({ name: slug ?? "slug" });
  if (!type.model.pagePath || !slug || typeof value !== "string") return null;
  return (
    <p className="small">
      {t("address")}
      <br />
      {type.model.pagePath.replace("{slug}", value)}
    </p>
  );
}

function useUses(type: Type, id: string | undefined, enabled: boolean) {
  return useQuery({
    queryKey: ["uses", type.id, id],
    enabled: enabled && id !== undefined,
    queryFn: async () => (await request<Use[]>(`/manage/entries/${type.id}/${id}/uses`)).data,
  });
}

function Used({ type, id }: { type: Type; id: string }) {
  const { t } = useWords();
  const uses = useUses(type, id, true);
  if (!uses.data) return null;
  return (
    <p className="small">
      {uses.data.length === 0 ? (
        t("usedNowhere")
      ) : (
        <Link to={`/content/${type.id}/${id}/uses`}>{t("usedIn", { n: uses.data.length })}</Link>
      )}
    </p>
  );
}

// Missing lists the required fields that are empty, as links to them.
function Missing({ type }: { type: Type }) {
  const { t, label } = useWords();
  const required = type.model.fields.filter((f) => f.required);
  const values = useWatch({ name: required.map((f) => f.name) });
  const empty = required.filter((_, i) => isEmpty(values[i]));
  if (required.length === 0) return null;
  return (
    <section aria-labelledby="side-missing">
      <h2 id="side-missing">{t("missing")}</h2>
      {empty.length === 0 ? (
        <p className="small">{t("nothingMissing")}</p>
      ) : (
        <ul className="todo small">
          {empty.map((f) => (
            <li key={f.name}>
              <a
                href={`#f-${f.name}`}
                onClick={(e) => {
                  e.preventDefault();
                  focusField(f.name);
                }}
              >
                {label(f.title)}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

type Act = "unpublish" | "discard" | "remove";

const titles = { unpublish: "unpublish", discard: "discard", remove: "remove" } as const;
const texts = { unpublish: "unpublishText", discard: "discardText", remove: "removeText" } as const;
const done = { unpublish: "unpublishedNow", discard: "discardedNow", remove: "removedNow" } as const;

function Acts({ type, id, locale, state, dirty, onState, onGone }: Props) {
  const { t, language } = useWords();
  const reason = useReason();
  const { getValues } = useFormContext();
  const [asked, setAsked] = useState<Act | null>(null);
  const [error, setError] = useState("");
  const running = useRef(false);
  const run = async () => {
    if (!asked || !state || running.current) return;
    running.current = true;
    const target = { type, id, locale, revision: state.rev };
    const said = t(done[asked], { title: String(getValues(type.model.display) || t("untitled")) });
    try {
      if (asked === "remove") {
        await remove(target);
        setAsked(null);
        await onGone(said);
      } else {
        const next = await act(target, asked);
        setAsked(null);
        await onState(next, said, asked === "discard");
        focusAfterDialog(() => document.getElementById("side-state"));
      }
    } catch (e) {
      setError(reason(e));
    } finally {
      running.current = false;
    }
  };
  const ask = (name: Act) => {
    setError("");
    setAsked(name);
  };
  const shown = state!.status !== "draft";
  const offers: Act[] = [];
  if (shown && type.model.drafts && may(type, "unpublish")) offers.push("unpublish");
  if (state!.status === "modified" && may(type, "update")) offers.push("discard");
  if (may(type, "delete")) offers.push("remove");
  return (
    <>
      {type.model.drafts && <Preview type={type} id={id!} locale={locale} dirty={dirty} />}
      {offers.map((name) => (
        <button key={name} type="button" className="plain" onClick={() => ask(name)}>
          {t(titles[name])}
        </button>
      ))}
      <Modal open={asked !== null} title={asked ? t(titles[asked]) : ""} onClose={() => setAsked(null)}>
        {asked && <p>{t(texts[asked])}</p>}
        {dirty && asked && asked !== "unpublish" && <p>{t("unsavedLost")}</p>}
        {locale && type.model.locales.length > 1 && <p>{t("bulkLocale", { locale: localeName(locale, language) })}</p>}
        {asked && asked !== "discard" && <Losers type={type} id={id!} />}
        <div role="alert">{error && <p className="error">{`${t("error")} ${error}`}</p>}</div>
        <div className="pair">
          <button className={asked === "remove" ? "danger" : "main"} onClick={() => void run()}>
            {asked && t(titles[asked])}
          </button>
          <button onClick={() => setAsked(null)}>{t("cancel")}</button>
        </div>
      </Modal>
    </>
  );
}

// Losers names the entries that show this one, before it goes.
function Losers({ type, id }: { type: Type; id: string }) {
  const { t } = useWords();
  const uses = useUses(type, id, true);
  if (!uses.data || uses.data.length === 0) return null;
  return (
    <>
      <p>{t("loses")}</p>
      <ul className="todo">
        {uses.data.slice(0, 10).map((u) => (
          <li key={u.type + u.documentId}>{u.title || t("untitled")}</li>
        ))}
        {uses.data.length > 10 && <li>+{uses.data.length - 10}</li>}
      </ul>
    </>
  );
}
