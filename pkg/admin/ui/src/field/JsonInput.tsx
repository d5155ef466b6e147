import { useState } from "react";
import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

export function JsonInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t } = useWords();
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  const [text, setText] = useState(() => (input.value === null || input.value === undefined ? "" : JSON.stringify(input.value, null, 2)));
  const [wrong, setWrong] = useState(false);
  const change = (s: string) => {
    setText(s);
    try {
      input.onChange(s.trim() === "" ? null : JSON.parse(s));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <FieldBox {...props}>
      <textarea
        id={idOf(path)}
        ref={input.ref}
        className="code"
        rows={6}
        value={text}
        readOnly={readOnly}
        onBlur={input.onBlur}
        onChange={(e) => change(e.target.value)}
        aria-invalid={problem || wrong ? true : undefined}
        aria-describedby={[described(field, path, problem), `${idOf(path)}-form`].filter(Boolean).join(" ")}
      />
      <span className="error" id={`${idOf(path)}-form`}>
        {wrong && t("badJson")}
      </span>
    </FieldBox>
  );
}
