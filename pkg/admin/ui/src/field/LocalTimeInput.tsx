import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

interface LocalTime {
  local: string;
  zone: string;
}

// LocalTimeInput takes the time on the clock at the place, and the place's zone.
export function LocalTimeInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t } = useWords();
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  const value = input.value as LocalTime | null | undefined;
  const zone = value?.zone || field.zone || "Europe/Berlin";
  return (
    <FieldBox {...props} group>
      <div className="pair">
        <div className="field">
          <label htmlFor={`${idOf(path)}-local`}>{t("local")}</label>
          <input
            type="datetime-local"
            id={`${idOf(path)}-local`}
            value={value?.local?.slice(0, 16) ?? ""}
            readOnly={readOnly}
            onBlur={input.onBlur}
            aria-invalid={problem ? true : undefined}
            aria-describedby={described(field, path, problem)}
            onChange={(e) => input.onChange(e.target.value ? { local: e.target.value.slice(0, 16), zone } : null)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${idOf(path)}-zone`}>{t("zone")}</label>
          <input
            id={`${idOf(path)}-zone`}
            value={zone}
            readOnly={readOnly || !value}
            onBlur={input.onBlur}
            onChange={(e) => value && input.onChange({ local: value.local, zone: e.target.value })}
          />
        </div>
      </div>
    </FieldBox>
  );
}
