import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

export function EnumInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t, label } = useWords();
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  return (
    <FieldBox {...props}>
      <select
        className="mid"
        id={idOf(path)}
        ref={input.ref}
        value={typeof input.value === "string" ? input.value : ""}
        disabled={readOnly}
        onBlur={input.onBlur}
        onChange={(e) => input.onChange(e.target.value || null)}
        aria-invalid={problem ? true : undefined}
        aria-describedby={described(field, path, problem)}
      >
        <option value="">{t("noChoice")}</option>
        {field.options!.map((o) => (
          <option key={o.const} value={o.const}>
            {label(o.title)}
          </option>
        ))}
      </select>
    </FieldBox>
  );
}
