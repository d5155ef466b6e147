import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

// BooleanInput is one tick. A field that never had a value and one that is false look alike, and only a
// click makes a value.
export function BooleanInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t } = useWords();
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  return (
    <FieldBox {...props}>
      <span className="tick">
        <input
          type="checkbox"
          id={idOf(path)}
          ref={input.ref}
          checked={input.value === true}
          disabled={readOnly}
          onBlur={input.onBlur}
          onChange={(e) => input.onChange(e.target.checked)}
          aria-describedby={described(field, path, problem)}
        />
        <span aria-hidden="true">{input.value === true ? t("yes") : t("no")}</span>
      </span>
    </FieldBox>
  );
}
