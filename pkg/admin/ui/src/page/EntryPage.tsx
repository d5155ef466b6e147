import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { EntryForm } from "../form/EntryForm";
import { load } from "../form/entry";
import { useWords } from "../i18n";
import { may } from "../model";
import { Failure, Waiting } from "../part/Message";
import { Page } from "../part/Page";
import { useType } from "../types";
import { MissingPage } from "./MissingPage";

export function EntryPage() {
  const { type: name, id } = useParams();
  const type = useType(name);
  const { t, label } = useWords();
  const [params] = useSearchParams();
  const locale = params.get("locale") || type?.model.locales[0];
  const entry = useQuery({
    queryKey: ["entry", name, id ?? "new", locale],
    queryFn: () => load(type!, id, locale),
    enabled: type !== undefined,
    staleTime: Infinity, // the form must not change while somebody types
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (!type || !may(type, id ? "readDraft" : "create")) return <MissingPage />;
  const above = (
    <Link to={type.single ? "/" : `/content/${type.id}`}>{type.single ? t("start") : label(type.model.titles)}</Link>
  );
  if (entry.isError || entry.isPending) {
    return (
      <Page title={label(type.model.title)} above={above}>
        {entry.isError ? <Failure error={entry.error} retry={() => void entry.refetch()} /> : <Waiting />}
      </Page>
    );
  }
  return <EntryForm key={`${id}/${locale}`} type={type} id={id} locale={locale} loaded={entry.data} above={above} />;
}
