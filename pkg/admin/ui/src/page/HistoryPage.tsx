import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { useAnnounce } from "../announce";
import { query, request } from "../api";
import { moment } from "../format";
import { useWords, type Key } from "../i18n";
import { may, type Type, type Version } from "../model";
import { focusAfterDialog, heading } from "../part/focus";
import { Failure, useReason, Waiting } from "../part/Message";
import { Modal } from "../part/Modal";
import { Page } from "../part/Page";
import { useTargets } from "../part/targets";
import { ValueText } from "../part/ValueText";
import { useType } from "../types";
import { MissingPage } from "./MissingPage";

const words: Record<string, Key> = {
  create: "actionCreate",
  update: "actionUpdate",
  publish: "actionPublish",
  unpublish: "actionUnpublish",
  discard: "actionDiscard",
  delete: "actionDelete",
  restore: "actionRestore",
};

export function HistoryPage() {
  const { type: name, id } = useParams();
  const type = useType(name);
  const locale = useSearchParams()[0].get("locale") ?? undefined;
  if (!type || !id || !may(type, "readDraft")) return <MissingPage />;
  return <History key={`${id}/${locale}`} type={type} id={id} locale={locale} />;
}

function History({ type, id, locale }: { type: Type; id: string; locale: string | undefined }) {
  const { t, language } = useWords();
  const name = useTargets(type, [id]).data?.[0]?.title;
  const at = `/manage/entries/${type.id}/${id}/history`;
  const end = query({ locale });
  const versions = useQuery({ queryKey: ["history", at, locale], queryFn: async () => (await request<Version[]>(at + end)).data });
  return (
    <Page title={name ? t("titleOf", { title: name, page: t("history") }) : t("history")} above={<Link to={`/content/${type.id}/${id}${end}`}>{t("back")}</Link>}>
      {versions.isPending && <Waiting />}
      {versions.isError && <Failure error={versions.error} retry={() => void versions.refetch()} />}
      <ol className="versions">
        {versions.data?.map((v, i) => (
          <li key={v.rev} className="box">
            <h2>
              {t("version", { n: v.rev })}, {moment(v.at, language)}
            </h2>
            <p>
              {v.actor || t("someone")}: {t(words[v.action] ?? "actionOther", { action: v.action })}
              {i === 0 && ` · ${t("currentVersion")}`}
            </p>
            {versions.data[i + 1] && <Changes type={type} at={at} locale={locale} from={versions.data[i + 1]!.rev} to={v.rev} />}
            {i > 0 && !v.deleted && may(type, "update") && (
              <Restore type={type} at={at} locale={locale} rev={v.rev} current={versions.data[0]!.rev} />
            )}
          </li>
        ))}
      </ol>
    </Page>
  );
}

interface Change {
  field: string;
  from: unknown;
  to: unknown;
}

// Changes lists what differs between two versions, once it is opened.
function Changes({ type, at, locale, from, to }: { type: Type; at: string; locale: string | undefined; from: number; to: number }) {
  const { t, label } = useWords();
  const [open, setOpen] = useState(false);
  const changes = useQuery({
    queryKey: ["compare", at, locale, from, to],
    enabled: open,
    queryFn: async () => (await request<Change[]>(`${at}/compare${query({ from, to, locale })}`)).data,
  });
  const fieldOf = (name: string) => type.model.fields.find((f) => f.name === name);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t("compareWith")}</summary>
      {changes.isError && <Failure error={changes.error} />}
      {changes.data?.length === 0 && <p>{t("noChange")}</p>}
      <dl className="diff">
        {changes.data?.map((c) => {
          const f = fieldOf(c.field);
          if (!f) return null;
          return (
            <div key={c.field}>
              <dt>{label(f.title)}</dt>
              <dd>
                {t("before")}: <ValueText field={f} value={c.from} />
              </dd>
              <dd>
                {t("now")}: <ValueText field={f} value={c.to} />
              </dd>
            </div>
          );
        })}
      </dl>
    </details>
  );
}

interface RestoreProps {
  type: Type;
  at: string;
  locale: string | undefined;
  rev: number;
  current: number;
}

function Restore({ type, at, locale, rev, current }: RestoreProps) {
  const { t } = useWords();
  const announce = useAnnounce();
  const reason = useReason();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [error, setError] = useState("");
  const run = async () => {
    try {
      await request(`${at}/${rev}/restore${query({ locale })}`, { method: "POST", revision: current });
      setOpen(false);
      announce(t("restoredNow", { title: t("version", { n: rev }) }));
      await cache.invalidateQueries({ queryKey: ["history", at] });
      await cache.invalidateQueries({ queryKey: ["rows", type.id] });
      focusAfterDialog(heading);
    } catch (e) {
      setError(reason(e));
    }
  };
  return (
    <>
      <button aria-label={t("restoreVersion", { n: rev })} onClick={() => setOpen(true)}>
        {t("restore")}
      </button>
      <Modal open={open} title={t("restoreVersion", { n: rev })} onClose={() => setOpen(false)}>
        <div role="alert">{error && <p className="error">{`${t("error")} ${error}`}</p>}</div>
        <div className="pair">
          <button className="main" onClick={() => void run()}>
            {t("restore")}
          </button>
          <button onClick={() => setOpen(false)}>{t("cancel")}</button>
        </div>
      </Modal>
    </>
  );
}
