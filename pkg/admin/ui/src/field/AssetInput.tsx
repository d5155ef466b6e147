import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useController } from "react-hook-form";
import { useAnnounce } from "../announce";
import { request } from "../api";
import { useWords } from "../i18n";
import type { FileRecord } from "../model";
import { FileChooser, FileLine } from "../part/FileChooser";
import { Modal } from "../part/Modal";
import { FieldBox, idOf, type InputProps } from "./FieldBox";

// AssetInput shows the chosen files, and chooses among those that are there or takes a new one.
export function AssetInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t, label } = useWords();
  const announce = useAnnounce();
  const { field: input } = useController({ name: path });
  const [open, setOpen] = useState(false);
  const ids = (Array.isArray(input.value) ? input.value : input.value ? [input.value] : []) as number[];
  const set = (next: number[]) => input.onChange(field.many ? next : (next[0] ?? null));
  return (
    <FieldBox {...props} group>
      {ids.length > 0 && (
        <ul className="picked">
          {ids.map((id) => (
            <ChosenFile
              key={id}
              id={id}
              onRemove={
                readOnly
                  ? undefined
                  : (name) => {
                      announce(t("itemRemoved", { title: name }));
                      set(ids.filter((x) => x !== id));
                      document.getElementById(`${idOf(path)}-choose`)?.focus();
                    }
              }
            />
          ))}
        </ul>
      )}
      {!readOnly && (
        <button type="button" id={`${idOf(path)}-choose`} onClick={() => setOpen(true)}>
          {t("chooseFile")}
        </button>
      )}
      <Modal open={open} title={`${label(field.title)}: ${t("chooseFile")}`} onClose={() => setOpen(false)}>
        <FileChooser
          accept={field.asset!.accept}
          maxBytes={field.asset!.maxBytes}
          onPick={(file) => {
            announce(t("itemAdded", { title: file.name }));
            set(field.many ? [...ids.filter((x) => x !== file.id), file.id] : [file.id]);
            setOpen(false);
          }}
        />
        <button onClick={() => setOpen(false)}>{t("cancel")}</button>
      </Modal>
    </FieldBox>
  );
}

function ChosenFile({ id, onRemove }: { id: number; onRemove?: (name: string) => void }) {
  const { t } = useWords();
  const file = useQuery({ queryKey: ["file", id], queryFn: async () => (await request<FileRecord>(`/api/upload/files/${id}`)).data });
  if (!file.data) return <li>{file.isError ? t("notFound") : `#${id}`}</li>;
  return (
    <li>
      <FileLine file={file.data} />
      {onRemove && (
        <button type="button" className="plain" aria-label={t("removeItem", { title: file.data.name })} onClick={() => onRemove(file.data.name)}>
          {t("removeWord")}
        </button>
      )}
    </li>
  );
}
