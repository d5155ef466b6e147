import { useEffect, useState } from "react";
import { useController } from "react-hook-form";
import { readNumber, writeNumber } from "../format";
import { useWords } from "../i18n";
import { described, FieldBox, idOf, useProblem, type InputProps } from "./FieldBox";

interface Props extends InputProps {
  read: (n: number) => number; // from what is typed to what is stored
  write: (n: number) => string; // from what is stored to what is shown
  hint: string;
}

// Typed keeps the text as it is typed. The value is the number that it stands for, or the text itself
// where it stands for none: the server says then what is wrong with it.
function Typed({ read, write, hint, ...props }: Props) {
  const { field, path, readOnly } = props;
  const { field: input } = useController({ name: path });
  const { t } = useWords();
  const problem = useProblem(path);
  const show = (v: unknown) => (typeof v === "number" ? write(v) : typeof v === "string" ? v : "");
  const [text, setText] = useState(() => show(input.value));
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    if (!typing) setText(show(input.value));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [input.value, typing]);
  const wrong = text.trim() !== "" && readNumber(text) === undefined && !typing;
  return (
    <FieldBox {...props}>
      <input
        className="short"
        id={idOf(path)}
        ref={input.ref}
        inputMode={field.kind === "integer" ? "numeric" : "decimal"}
        value={text}
        readOnly={readOnly}
        onFocus={() => setTyping(true)}
        onBlur={() => {
          setTyping(false);
          input.onBlur();
        }}
        onChange={(e) => {
          setText(e.target.value);
          const n = readNumber(e.target.value);
          input.onChange(e.target.value.trim() === "" ? null : n === undefined ? e.target.value : read(n));
        }}
        aria-invalid={problem || wrong ? true : undefined}
        aria-describedby={[described(field, path, problem), `${idOf(path)}-form`].filter(Boolean).join(" ")}
      />
      <span className={wrong ? "error" : "said"} id={`${idOf(path)}-form`}>
        {wrong ? t("badNumber") : hint}
      </span>
    </FieldBox>
  );
}

export function NumberInput(props: InputProps) {
  const { t } = useWords();
  const whole = props.field.kind === "integer";
  const write = (n: number) => (whole ? String(n) : writeNumber(n));
  return <Typed read={(n) => n} write={write} hint={whole ? "" : t("numberForm")} {...props} />;
}

// MoneyInput shows an amount; the value is in cents.
export function MoneyInput(props: InputProps) {
  const { t } = useWords();
  return <Typed read={(n) => Math.round(n * 100)} write={(n) => writeNumber(n / 100, 2)} hint={t("moneyForm")} {...props} />;
}
