import { useQueries } from "@tanstack/react-query";
import { request } from "../api";
import { writeNumber } from "../format";
import { useWords } from "../i18n";
import { isEmpty, type Field, type FileRecord, type Values } from "../model";
import { useType } from "../types";
import { useTargets } from "./targets";

// ValueText shows a value of any kind as text, for comparisons.
export function ValueText({ field, value }: { field: Field; value: unknown }) {
  const { t } = useWords();
  const text = useText();
  if (isEmpty(value)) return <span className="soft">{t("empty")}</span>;
  const ids = Array.isArray(value) ? value : [value];
  if (field.kind === "relation") return <Titles field={field} ids={ids.map(String)} />;
  if (field.kind === "asset") return <FileNames ids={ids as number[]} />;
  return <span className="value">{text(field, value)}</span>;
}

function Titles({ field, ids }: { field: Field; ids: string[] }) {
  const found = useTargets(useType(field.relation?.to), ids);
  return <span className="value">{ids.map((id) => found.data?.find((x) => x.id === id)?.title ?? id).join("; ")}</span>;
}

function FileNames({ ids }: { ids: number[] }) {
  const files = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["file", id],
      queryFn: async () => (await request<FileRecord>(`/api/upload/files/${id}`)).data,
    })),
  });
  return <span className="value">{ids.map((id, i) => files[i]?.data?.name ?? `#${id}`).join("; ")}</span>;
}

function useText() {
  const { t, label } = useWords();
  const text = (field: Field, value: unknown): string => {
    if (isEmpty(value)) return t("empty");
    if (Array.isArray(value)) return value.map((v) => text({ ...field, many: false }, v)).join("; ");
    switch (field.kind) {
      case "richtext":
        return new DOMParser().parseFromString(String(value).replace(/<\/(p|li|h[2-4]|tr)>/g, "$&\n"), "text/html").body.textContent ?? "";
      case "enum": {
        const option = field.options?.find((o) => o.const === value);
        return option ? label(option.title) : String(value);
      }
      case "boolean":
        return t(value ? "yes" : "no");
      case "money":
        return `${writeNumber(Number(value) / 100, 2)} €`;
      case "number":
        return writeNumber(Number(value));
      case "localtime":
        return `${String((value as Values).local).replace("T", ", ")} (${String((value as Values).zone)})`;
      case "point":
        return `${writeNumber(Number((value as Values).lat))}; ${writeNumber(Number((value as Values).lng))}`;
      case "object":
        return field
          .fields!.filter((f) => !isEmpty((value as Values)[f.name]))
          .map((f) => `${label(f.title)}: ${text(f, (value as Values)[f.name])}`)
          .join(", ");
    }
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return text;
}
