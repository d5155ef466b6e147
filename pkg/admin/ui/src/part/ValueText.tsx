import { writeNumber } from "../format";
import { useWords } from "../i18n";
import { isEmpty, type Field, type Values } from "../model";

// ValueText shows a value of any kind as text, for comparisons.
export function ValueText({ field, value }: { field: Field; value: unknown }) {
  const { t } = useWords();
  const text = useText();
  return isEmpty(value) ? <span className="soft">{t("empty")}</span> : <span className="value">{text(field, value)}</span>;
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
