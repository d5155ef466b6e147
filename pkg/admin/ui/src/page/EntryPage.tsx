import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate, useParams, useSearchParams } from "react-router";
import { EntryForm } from "../form/EntryForm";
import { load } from "../form/entry";
import { useWords } from "../i18n";
import { may } from "../model";
import { Failure, Waiting } from "../part/Message";
import { Page } from "../part/Page";
import { useType } from "../types";
import { MissingPage } from "./MissingPage";

// EntryPage loads an entry and shows its form. When the form makes a new entry, the address changes but
// the form stays: the address keeps the name of the form that it belongs to.
export function EntryPage() {
  const params = useParams();
  const type = useType(params.type);
  const id = params.id === "new" ? undefined : params.id;
  const { t, label } = useWords();
  const [search] = useSearchParams();
  const place = useLocation();
  const navigate = useNavigate();
  const locale = search.get("locale") || type?.model.locales[0];
  const kept = (place.state as { form?: string } | null)?.form;
  const form = kept ?? (id ? `${type?.id}/${id}/${locale}` : `${type?.id}/new/${place.key}`);
  const entry = useQuery({
    queryKey: ["entry", form],
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
  if (!entry.data) {
    return (
      <Page title={label(type.model.title)} above={above}>
        {entry.isError ? <Failure error={entry.error} retry={() => void entry.refetch()} /> : <Waiting />}
      </Page>
    );
  }
  return (
    <EntryForm
      key={form}
      type={type}
      id={id}
      locale={locale}
      loaded={entry.data}
      above={above}
      onCreated={async (newId) => {
        const end = locale && locale !== type.model.locales[0] ? `?locale=${locale}` : "";
        await navigate(`/content/${type.id}/${newId}${end}`, { replace: true, preventScrollReset: true, state: { form } });
      }}
    />
  );
}
