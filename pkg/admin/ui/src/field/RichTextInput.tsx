import { lazy, Suspense } from "react";
import { useController } from "react-hook-form";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";
import { fits } from "./richtext";

// The editor is the largest part of the app, so it is loaded when the first form needs it.
const Editor = lazy(() => import("./Editor"));

// RichTextInput edits formatted text. Text with elements that the editor does not know is shown as
// HTML instead, because editing it would lose them.
export function RichTextInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { field: input } = useController({ name: path });
  const problem = useProblem(path);
  const value = typeof input.value === "string" ? input.value : "";
  if (!fits(value)) {
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
          onChange={(e) => input.onChange(e.target.value)}
          aria-invalid={problem ? true : undefined}
          aria-describedby={described(field, path, problem)}
        />
      </FieldBox>
    );
  }
  return (
    <FieldBox {...props} group>
      <Suspense fallback={<div className="editor" />}>
        <Editor field={field} path={path} value={value} readOnly={readOnly} onChange={input.onChange} onBlur={input.onBlur} />
      </Suspense>
    </FieldBox>
  );
}
