import { lazy, Suspense, useRef, useState } from "react";
import { useController } from "react-hook-form";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";
import { fits } from "./richtext";

// The editor is the largest part of the app, so it is loaded when the first form needs it.
const Editor = lazy(() => import("./Editor"));

// RichTextInput edits formatted text. Text with elements that the editor does not know is shown as
// HTML instead, because editing it would lose them. That is decided when a text comes from elsewhere,
// not while somebody types.
export function RichTextInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  const value = typeof input.value === "string" ? input.value : "";
  const typed = useRef(value);
  const [plain, setPlain] = useState(() => !fits(value));
  if (value !== typed.current) {
    typed.current = value;
    const next = !fits(value);
    if (next !== plain) setPlain(next);
  }
  const change = (html: string | null) => {
    typed.current = html ?? "";
    input.onChange(html);
  };
  if (plain) {
    return (
      <FieldBox {...props}>
        <textarea
          id={idOf(path)}
          ref={input.ref}
          className="code"
          rows={10}
          value={value}
          readOnly={readOnly}
          onBlur={input.onBlur}
          onChange={(e) => change(e.target.value)}
          aria-invalid={problem ? true : undefined}
          aria-describedby={described(field, path, problem)}
        />
      </FieldBox>
    );
  }
  return (
    <FieldBox {...props} group>
      <Suspense fallback={<div className="editor" />}>
        <Editor
          field={field}
          path={path}
          value={value}
          readOnly={readOnly}
          describedBy={described(field, path, problem)}
          invalid={problem !== undefined}
          onChange={change}
          onBlur={input.onBlur}
        />
      </Suspense>
    </FieldBox>
  );
}
