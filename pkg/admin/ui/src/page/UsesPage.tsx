import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { request } from "../api";
import { useWords } from "../i18n";
import type { Type, Use } from "../model";
import { Failure, Waiting } from "../part/Message";
import { Page } from "../part/Page";
import { useTargets } from "../part/targets";
import { useType, useTypes } from "../types";
import { MissingPage } from "./MissingPage";

export function UsesPage() {
  const { type: name, id } = useParams();
  const type = useType(name);
  if (!type || !id) return <MissingPage />;
  return <Uses key={id} type={type} id={id} />;
}

function Uses({ type, id }: { type: Type; id: string }) {
  const { t, label } = useWords();
  const types = useTypes();
  const name = useTargets(type, [id]).data?.[0]?.title;
  const uses = useQuery({
    queryKey: ["uses", type.id, id],
    queryFn: async () => (await request<Use[]>(`/manage/entries/${type.id}/${id}/uses`)).data,
  });
  return (
    <Page title={name ? t("titleOf", { title: name, page: t("uses") }) : t("uses")} above={<Link to={`/content/${type.id}/${id}`}>{t("back")}</Link>}>
      {uses.isPending && <Waiting />}
      {uses.isError && <Failure error={uses.error} />}
      {uses.data?.length === 0 && <p>{t("usedNowhere")}</p>}
      <ul className="picked">
        {uses.data?.map((u) => {
          const of = types.find((x) => x.id === u.type);
          const fields = u.fields.map((n) => of?.model.fields.find((f) => f.name === n)?.title).filter((x) => x !== undefined);
          return (
            <li key={u.type + u.documentId}>
              <span>
                <Link to={`/content/${u.type}/${u.documentId}`}>{u.title || t("untitled")}</Link>
                <br />
                <span className="said">
                  {of ? label(of.model.title) : u.type}: {fields.map(label).join(", ")}
                </span>
              </span>
              <span>{t(u.published ? "published" : "draft")}</span>
            </li>
          );
        })}
      </ul>
    </Page>
  );
}
