import { useEffect, useRef } from "react";
import { idOf } from "../field/FieldBox";
import { useWords } from "../i18n";
import type { Field, Type } from "../model";
import { focusField } from "../part/focus";

export interface Fault {
  path: string; // "" for an error of the whole
  message: string;
}

// nameOf is the label of a path: that of its field and, in a list, the number of the row.
export function useNameOf(type: Type) {
  const { label } = useWords();
  return (path: string) => {
    let fields: Field[] | undefined = type.model.fields;
    const names: string[] = [];
    for (const step of path.split(".")) {
      if (/^\d+$/.test(step)) names.push(String(Number(step) + 1));
      const f: Field | undefined = fields?.find((x) => x.name === step);
      if (f) {
        names.push(label(f.title));
        fields = f.fields;
      }
    }
    return names.join(", ");
  };
}

// ErrorSummary lists the errors of the last try, with links to the places. It takes the focus.
export function ErrorSummary({ faults, type }: { faults: Fault[]; type: Type }) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const nameOf = useNameOf(type);
  // The focus makes it heard, so it is no alert besides.
  useEffect(() => {
    if (faults.length > 0) box.current?.focus();
  }, [faults]);
  if (faults.length === 0) return null;
  const named = faults.filter((f) => f.path);
  return (
    <div className="summary" ref={box} tabIndex={-1} role="group" aria-labelledby="summary">
      <h2 id="summary">{named.length > 0 ? t("errorsTitle", { n: named.length }) : t("error")}</h2>
      <ul>
        {faults.map((f) => (
          <li key={f.path + f.message}>
            {f.path ? (
              <a
                href={`#${idOf(f.path)}`}
                onClick={(e) => {
                  e.preventDefault();
                  focusField(f.path);
                }}
              >
                {nameOf(f.path)}: {f.message}
              </a>
            ) : (
              f.message
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
