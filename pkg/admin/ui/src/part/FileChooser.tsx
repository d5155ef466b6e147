import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useAnnounce } from "../announce";
import { query, request } from "../api";
import { bytes } from "../format";
import { useWords } from "../i18n";
import type { FileRecord } from "../model";
import { Failure, useReason, Waiting } from "./Message";
import { useSettled } from "./settled";

const pageSize = 24;

export function useFiles(typed: string) {
  const words = useSettled(typed);
  return useInfiniteQuery({
    placeholderData: keepPreviousData,
    queryKey: ["files", words],
    initialPageParam: 0,
    queryFn: async ({ pageParam }) =>
      (
        await request<FileRecord[]>(
          `/api/upload/files${query({ _q: words, sort: "createdAt:desc", pagination: { start: pageParam, limit: pageSize } })}`,
        )
      ).data,
    getNextPageParam: (last, all) => (last.length < pageSize ? undefined : all.length * pageSize),
  });
}

export function FileLine({ file }: { file: FileRecord }) {
  const { t } = useWords();
  const picture = file.mime.startsWith("image/");
  const small = file.formats?.thumbnail?.url ?? (picture ? file.url : undefined);
  return (
    <span className="file">
      {picture && small && <img src={small} alt="" width={64} height={64} loading="lazy" />}
      <span>
        <a href={file.url} target="_blank" rel="noopener" aria-label={t("openFile", { name: file.name })}>
          {file.name}
        </a>{" "}
        <span className="said">{bytes(file.size * 1000)}</span>
        {picture && (
          <>
            <br />
            <span className={file.alternativeText ? "said" : "status changed"}>{file.alternativeText || t("noAlt")}</span>
          </>
        )}
      </span>
    </span>
  );
}

interface Props {
  accept: string[];
  maxBytes: number;
  onPick: (file: FileRecord) => void;
}

// FileChooser lists files of the accepted kinds, and uploads a new one.
export function FileChooser({ accept, maxBytes, onPick }: Props) {
  const { t } = useWords();
  const [words, setWords] = useState("");
  const files = useFiles(words);
  const fits = (f: FileRecord) =>
    accept.length === 0 || accept.some((a) => (a.endsWith("/*") ? f.mime.startsWith(a.slice(0, -1)) : f.mime === a));
  const list = files.data?.pages.flat().filter(fits) ?? [];
  const few = list.length < 8 && files.hasNextPage && !files.isFetching;
  const { fetchNextPage } = files;
  useEffect(() => {
    if (few) void fetchNextPage(); // the page had files of other kinds
  }, [few, fetchNextPage]);
  return (
    <>
      <Upload accept={accept} maxBytes={maxBytes} onDone={onPick} />
      <label className="field">
        <span className="small">{t("searchFiles")}</span>
        <input type="search" value={words} onChange={(e) => setWords(e.target.value)} />
      </label>
      {files.isPending && <Waiting />}
      {files.isError && <Failure error={files.error} />}
      {files.isSuccess && !files.isFetching && list.length === 0 && <p>{t("noMatch")}</p>}
      <ul className="picked scroll" tabIndex={0} aria-label={t("files")}>
        {list.map((f) => (
          <li key={f.id}>
            <FileLine file={f} />
            <button type="button" aria-label={t("select", { title: f.name })} onClick={() => onPick(f)}>
              {t("chooseFile")}
            </button>
          </li>
        ))}
      </ul>
      {files.hasNextPage && (
        <button type="button" onClick={() => void files.fetchNextPage()}>
          {t("next")}
        </button>
      )}
    </>
  );
}

// Upload sends one file and shows how far it is.
export function Upload({ accept, maxBytes, onDone }: { accept: string[]; maxBytes: number; onDone: (file: FileRecord) => void }) {
  const { t } = useWords();
  const reason = useReason();
  const announce = useAnnounce();
  const cache = useQueryClient();
  const [busy, setBusy] = useState("");
  const [error, setError] = useState("");
  const send = async (file: File) => {
    setError("");
    if (maxBytes > 0 && file.size > maxBytes) {
      setError(t("tooLarge", { max: bytes(maxBytes) }));
      return;
    }
    setBusy(file.name);
    try {
      const form = new FormData();
      form.append("files", file, file.name);
      const [record] = (await request<FileRecord[]>("/api/upload", { form })).data;
      await cache.invalidateQueries({ queryKey: ["files"] });
      announce(t("uploaded", { name: file.name }));
      onDone(record!);
    } catch (e) {
      setError(reason(e));
    } finally {
      setBusy("");
    }
  };
  return (
    <div
      className="field drop"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        const file = e.dataTransfer.files[0];
        if (file) void send(file);
      }}
    >
      <div role="alert">
        {error && (
          <p className="error">
            {t("error")} {error}
          </p>
        )}
      </div>
      <label className="button">
        {busy ? `${busy}: ${t("uploading")}` : t("uploadFile")}
        <input
          className="unseen"
          type="file"
          accept={accept.join(",")}
          onChange={(e) => {
            const file = e.target.files?.[0];
            if (file) void send(file);
            e.target.value = "";
          }}
        />
      </label>
    </div>
  );
}
