import { Link } from "react-router";
import { useWords } from "../i18n";
import { Page } from "../part/Page";

export function MissingPage() {
  const { t } = useWords();
  return (
    <Page title={t("notFound")}>
      <Link to="/">{t("start")}</Link>
    </Page>
  );
}
