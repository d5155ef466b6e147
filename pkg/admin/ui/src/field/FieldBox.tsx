import { createContext, useContext, type ReactNode } from "react";
import { useFormState } from "react-hook-form";
import { useWords } from "../i18n";
import type { Field } from "../model";

export interface InputProps {
  field: Field;
  path: string; // of the value in the form, "links.0.label"
  readOnly: boolean;
}

// SharedContext tells whether fields that hold for all locales are marked so.
export const SharedContext = createContext(false);

export const idOf = (path: string) => "f-" + path.replaceAll(".", "-");

// useProblem finds the message for a path among the form's errors.
export function useProblem(path: string): string | undefined {
  const { errors } = useFormState({ name: path });
  let at: unknown = errors;
  for (const step of path.split(".")) at = (at as Record<string, unknown> | undefined)?.[step];
  const message = (at as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : undefined;
}

// described lists the ids of help and error, for aria-describedby.
export function described(field: Field, path: string, problem: string | undefined): string | undefined {
  const ids = [field.help ? `${idOf(path)}-help` : "", problem ? `${idOf(path)}-error` : ""].filter(Boolean);
  return ids.length ? ids.join(" ") : undefined;
}

interface Props extends InputProps {
  group?: boolean; // several inputs: the label is a legend
  children: ReactNode;
}

// FieldBox is label, help, error, input, in this order.
export function FieldBox({ field, path, group, children }: Props) {
  const { t, label } = useWords();
  const problem = useProblem(path);
  const shared = useContext(SharedContext) && !path.includes(".") && !field.localized;
  const marks = [field.required ? t("required") : "", shared ? t("shared") : ""].filter(Boolean);
  const head = (
    <>
      {label(field.title)} {marks.map((m) => (
        <span key={m} className="wish">
          {m}
        </span>
      ))}
    </>
  );
  const rest = (
    <>
      {field.help && (
        <span className="help" id={`${idOf(path)}-help`}>
          {field.help}
        </span>
      )}
      {problem && (
        <span className="error" id={`${idOf(path)}-error`}>
          {t("error")} {problem}
        </span>
      )}
      {children}
    </>
  );
  const className = problem ? "field has-error" : "field";
  if (group) {
    return (
      <fieldset className={className} id={idOf(path)} tabIndex={-1} aria-describedby={described(field, path, problem)}>
        <legend>{head}</legend>
        {rest}
      </fieldset>
    );
  }
  return (
    <div className={className}>
      <label htmlFor={idOf(path)}>{head}</label>
      {rest}
    </div>
  );
}
