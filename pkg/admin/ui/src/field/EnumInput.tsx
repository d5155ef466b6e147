import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

export function EnumInput(props: InputProps) {
  return props.field.many ? <Several {...props} /> : <One {...props} />;
}

function One(props: InputProps) {
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

// Several is a tick for each choice. Choices that were made keep their order, and a new one comes last.
function Several(props: InputProps) {
  const { field, path, readOnly } = props;
  const { label } = useWords();
  const { field: input } = useController({ name: path });
  const chosen = Array.isArray(input.value) ? (input.value as string[]) : [];
  return (
    <FieldBox {...props} group>
      <ul className="ticks">
        {field.options!.map((o) => (
          <li key={o.const}>
            <label className="tick">
              <input
                type="checkbox"
                checked={chosen.includes(o.const)}
                disabled={readOnly}
                onBlur={input.onBlur}
                onChange={(e) => input.onChange(e.target.checked ? [...chosen, o.const] : chosen.filter((x) => x !== o.const))}
              />
              {label(o.title)}
            </label>
          </li>
        ))}
      </ul>
    </FieldBox>
  );
}
