import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

const types: Record<string, string> = { email: "email", uri: "url" };

// TextInput is one line, or several for long text.
export function TextInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t } = useWords();
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  const value = typeof input.value === "string" ? input.value : "";
  const length = [...value].length;
  const common = {
    id: idOf(path),
    ref: input.ref,
    value,
    readOnly,
    onBlur: input.onBlur,
    "aria-invalid": problem ? (true as const) : undefined,
    "aria-describedby": described(field, path, problem),
  };
  const long = field.kind === "text" || (field.kind === "string" && (field.maxLength ?? 0) > 300);
  return (
    <FieldBox {...props}>
      {long ? (
        <textarea rows={Math.min(12, Math.max(3, Math.ceil(length / 70)))} {...common} onChange={(e) => input.onChange(e.target.value)} />
      ) : (
        <input type={types[field.kind] ?? "text"} {...common} onChange={(e) => input.onChange(e.target.value)} />
      )}
      {field.maxLength && length > field.maxLength * 0.75 && (
        <span className="said">{t("characters", { n: length, max: field.maxLength })}</span>
      )}
    </FieldBox>
  );
}

function NativeInput({ type, read, write, ...props }: InputProps & { type: string; read: (v: unknown) => string; write: (s: string) => unknown }) {
  const { field, path, readOnly } = props;
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  return (
    <FieldBox {...props}>
      <input
        className="mid"
        type={type}
        id={idOf(path)}
        ref={input.ref}
        value={read(input.value)}
        readOnly={readOnly}
        onBlur={input.onBlur}
        onChange={(e) => input.onChange(e.target.value === "" ? null : write(e.target.value))}
        aria-invalid={problem ? true : undefined}
        aria-describedby={described(field, path, problem)}
      />
    </FieldBox>
  );
}

export function DateInput(props: InputProps) {
  return <NativeInput type="date" read={(v) => (typeof v === "string" ? v : "")} write={(s) => s} {...props} />;
}

// DateTimeInput shows an instant in the browser's time zone and keeps it in UTC.
export function DateTimeInput(props: InputProps) {
  const read = (v: unknown) => {
    if (typeof v !== "string") return "";
    const at = new Date(v);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  };
  return <NativeInput type="datetime-local" read={read} write={(s) => new Date(s).toISOString()} {...props} />;
}
