import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAnnounce } from "../announce";
import { request } from "../api";
import { useWords } from "../i18n";
import type { FileRecord } from "../model";
import { FileLine, Upload, useFiles } from "../part/FileChooser";
import { Failure, useReason, Waiting } from "../part/Message";
import { Page } from "../part/Page";

export function FilesPage() {
  const { t } = useWords();
  const [words, setWords] = useState("");
  const files = useFiles(words);
  const list = files.data?.pages.flat() ?? [];
  return (
    <Page title={t("files")}>
      <Upload accept={[]} maxBytes={0} onDone={() => {}} />
      <div className="filters" role="search">
        <label className="mid">
          <span className="small">{t("searchFiles")}</span>
          <input type="search" value={words} onChange={(e) => setWords(e.target.value)} />
        </label>
      </div>
      {files.isPending && <Waiting />}
      {files.isError && <Failure error={files.error} retry={() => void files.refetch()} />}
      {files.isSuccess && list.length === 0 && <p>{t(words ? "noMatch" : "fileEmpty")}</p>}
      <ul className="picked">
        {list.map((f) => (
          <li key={f.id}>
            <FileLine file={f} />
            {f.mime.startsWith("image/") && <AltForm file={f} />}
          </li>
        ))}
      </ul>
      {files.hasNextPage && <button onClick={() => void files.fetchNextPage()}>{t("next")}</button>}
    </Page>
  );
}

// AltForm keeps the description of a picture, which every page that shows it uses.
function AltForm({ file }: { file: FileRecord }) {
  const { t } = useWords();
  const announce = useAnnounce();
  const reason = useReason();
  const cache = useQueryClient();
  const [text, setText] = useState(file.alternativeText ?? "");
  const [error, setError] = useState("");
  const save = async () => {
    const form = new FormData();
    form.append("fileInfo", JSON.stringify({ alternativeText: text }));
    try {
      await request(`/api/upload?id=${file.id}`, { form });
      setError("");
      announce(t("altSaved", { name: file.name }));
      await cache.invalidateQueries({ queryKey: ["files"] });
    } catch (e) {
      setError(reason(e));
    }
  };
  return (
    <form
      className="pair alt"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <div className="field">
        <label htmlFor={`alt-${file.id}`}>{t("alt")}</label>
        <span className="help" id={`alt-${file.id}-help`}>
          {t("altHelp")}
        </span>
        {error && (
          <span className="error" role="alert">
            {t("error")} {error}
          </span>
        )}
        <input id={`alt-${file.id}`} value={text} aria-describedby={`alt-${file.id}-help`} onChange={(e) => setText(e.target.value)} />
      </div>
      <button aria-label={`${file.name}: ${t("save")}`}>{t("save")}</button>
    </form>
  );
}
