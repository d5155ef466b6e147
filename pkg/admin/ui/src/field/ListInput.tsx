import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { useAnnounce } from "../announce";
import { useWords } from "../i18n";
import { FieldBox, idOf, type InputProps } from "./FieldBox";
import { focusField } from "../part/focus";
import { FieldInput } from "./index";

interface Rows {
  keys: string[];
  add: () => void;
  remove: (i: number) => void;
  move: (from: number, to: number) => void;
}

// useObjects keeps rows apart by keys of their own, so that an input stays with its row.
function useObjects(path: string): Rows {
  const { control } = useFormContext();
  const { fields, append, remove, move } = useFieldArray({ control, name: path, keyName: "rowKey" });
  return { keys: fields.map((f) => f.rowKey), add: () => append({}, { shouldFocus: false }), remove, move };
}

// useScalars is the same for a list of plain values, which the library's field arrays do not take. The
// inputs of all rows are made again when rows come, go or move, so that none shows another's value.
function useScalars(path: string): Rows {
  const { setValue } = useFormContext();
  const value: unknown = useWatch({ name: path });
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const [turn, setTurn] = useState(0);
  const set = (next: unknown[]) => {
    setValue(path, next);
    setTurn(turn + 1);
  };
  return {
    keys: list.map((_, i) => `${turn}-${list.length}-${i}`),
    add: () => set([...list, ""]),
    remove: (i) => set(list.filter((_, j) => j !== i)),
    move: (from, to) => {
      const next = [...list];
      next.splice(to, 0, ...next.splice(from, 1));
      set(next);
    },
  };
}

export function ListInput(props: InputProps) {
  return props.field.kind === "object" ? <ObjectList {...props} /> : <ScalarList {...props} />;
}

function ObjectList(props: InputProps) {
  return <RowList {...props} rows={useObjects(props.path)} />;
}

function ScalarList(props: InputProps) {
  return <RowList {...props} rows={useScalars(props.path)} />;
}

// RowList is a list of values or objects: rows that are added, removed and moved by buttons. A row
// of an object keeps its id, so that the server knows it again.
function RowList({ rows, ...props }: InputProps & { rows: Rows }) {
  const { field, path, readOnly } = props;
  const { t, label } = useWords();
  const announce = useAnnounce();
  const list = useRef<HTMLOListElement>(null);
  // A moved row keeps the focus on the button that moved it, or on the other one at the end of the list.
  const move = (from: number, to: number) => {
    announce(t("moved", { title: name(from), n: to + 1 }));
    flushSync(() => rows.move(from, to));
    const buttons = list.current?.children[to]?.querySelectorAll<HTMLElement>(":scope > .pair > button");
    const same = [...(buttons ?? [])].find((b) => b.dataset.move === (to < from ? "up" : "down"));
    (same ?? buttons?.[0])?.focus();
  };
  const values = (useWatch({ name: path }) ?? []) as unknown[];
  const adder = useRef<HTMLButtonElement>(null);
  const object = field.kind === "object";
  const one = { ...field, many: false, required: false, help: null };
  const full = field.maxItems !== undefined && rows.keys.length >= field.maxItems;
  const name = (i: number) => titleOf(values[i]) || t("row", { field: label(field.title), n: i + 1 });
  return (
    <FieldBox {...props} group>
      <ol className="rows" ref={list}>
        {rows.keys.map((key, i) => (
          <li key={key} id={idOf(`${path}.${i}`)}>
            {object ? (
              field.fields!.map((f) => <FieldInput key={f.name} field={f} path={`${path}.${i}.${f.name}`} readOnly={readOnly} />)
            ) : (
              <FieldInput
                field={{ ...one, title: { de: `${field.title.de} ${i + 1}`, en: `${field.title.en} ${i + 1}` } }}
                path={`${path}.${i}`}
                readOnly={readOnly}
              />
            )}
            {!readOnly && (
              <div className="pair">
                {i > 0 && (
                  <button
                    type="button"
                    className="plain"
                    aria-label={t("moveUp", { title: name(i) })}
                    data-move="up"
                    onClick={() => move(i, i - 1)}
                  >
                    ↑
                  </button>
                )}
                {i < rows.keys.length - 1 && (
                  <button
                    type="button"
                    className="plain"
                    aria-label={t("moveDown", { title: name(i) })}
                    data-move="down"
                    onClick={() => move(i, i + 1)}
                  >
                    ↓
                  </button>
                )}
                <button
                  type="button"
                  className="plain"
                  aria-label={t("removeItem", { title: name(i) })}
                  onClick={() => {
                    announce(t("itemRemoved", { title: name(i) }));
                    flushSync(() => rows.remove(i));
                    adder.current?.focus();
                  }}
                >
                  {t("removeWord")}
                </button>
              </div>
            )}
          </li>
        ))}
      </ol>
      {!readOnly && !full && (
        <button
          type="button"
          ref={adder}
          onClick={() => {
            flushSync(rows.add);
            const first = object ? `${path}.${rows.keys.length}.${field.fields![0]!.name}` : `${path}.${rows.keys.length}`;
            focusField(first);
          }}
        >
          {object ? t("addRow") : t("add", { field: label(field.title) })}
        </button>
      )}
    </FieldBox>
  );
}

// titleOf names a row by the first text in it.
function titleOf(v: unknown): string {
  if (typeof v === "string") return v;
  if (v && typeof v === "object") {
    const text = Object.values(v).find((x) => typeof x === "string" && x);
    return typeof text === "string" ? text.slice(0, 60) : "";
  }
  return "";
}
