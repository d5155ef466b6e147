import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { useController } from "react-hook-form";
import { useAnnounce } from "../announce";
import { useWords } from "../i18n";
import type { Type } from "../model";
import { useSettled } from "../part/settled";
import { targets, useTargets, type Target } from "../part/targets";
import { useType } from "../types";
import { FieldBox, idOf, type InputProps } from "./FieldBox";

// RelationInput shows the linked entries as a list, and finds others by typing.
export function RelationInput(props: InputProps) {
  const { field, path, readOnly } = props;
  const { t, label } = useWords();
  const announce = useAnnounce();
  const { field: input } = useController({ name: path });
  const type = useType(field.relation!.to);
  const ids = (Array.isArray(input.value) ? input.value : input.value ? [input.value] : []) as string[];
  const linked = useTargets(type, ids);
  const titleOf = (id: string) => linked.data?.find((x) => x.id === id)?.title ?? id;
  const set = (next: string[]) => input.onChange(field.many ? next : (next[0] ?? null));
  const move = (from: number, to: number) => {
    const next = [...ids];
    next.splice(to, 0, ...next.splice(from, 1));
    announce(t("moved", { title: titleOf(ids[from]!), n: to + 1 }));
    set(next);
  };
  const full = field.many ? field.maxItems !== undefined && ids.length >= field.maxItems : false;
  return (
    <FieldBox {...props} group>
      {ids.length > 0 && (
        <ul className="picked">
          {ids.map((id, i) => (
            <li key={id}>
              <span>
                {titleOf(id)}{" "}
                {linked.data?.find((x) => x.id === id)?.public === false && <span className="status draft">{t("targetDraft")}</span>}
              </span>
              {!readOnly && (
                <span className="nowrap">
                  {field.many && i > 0 && (
                    <button type="button" className="plain" aria-label={t("moveUp", { title: titleOf(id) })} onClick={() => move(i, i - 1)}>
                      ↑
                    </button>
                  )}
                  {field.many && i < ids.length - 1 && (
                    <button type="button" className="plain" aria-label={t("moveDown", { title: titleOf(id) })} onClick={() => move(i, i + 1)}>
                      ↓
                    </button>
                  )}
                  <button
                    type="button"
                    className="plain"
                    aria-label={t("removeItem", { title: titleOf(id) })}
                    onClick={() => {
                      announce(t("itemRemoved", { title: titleOf(id) }));
                      set(ids.filter((x) => x !== id));
                      document.getElementById(`${idOf(path)}-find`)?.focus();
                    }}
                  >
                    {t("removeWord")}
                  </button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && type && !full && (
        <Finder
          id={`${idOf(path)}-find`}
          type={type}
          label={t("add", { field: label(field.title) })}
          without={ids}
          onPick={(target) => {
            announce(t("itemAdded", { title: target.title }));
            set(field.many ? [...ids, target.id] : [target.id]);
          }}
        />
      )}
    </FieldBox>
  );
}

interface FinderProps {
  id: string;
  type: Type;
  label: string;
  without: string[];
  onPick: (target: Target) => void;
}

// Finder is a combo box over the entries of a type. The server finds; nothing is filtered here.
function Finder({ id, type, label, without, onPick }: FinderProps) {
  const { t } = useWords();
  const [typed, setTyped] = useState("");
  const [picks, setPicks] = useState(0);
  const [near, setNear] = useState(false); // nothing is asked before the box has been entered
  const words = useSettled(typed);
  const found = useQuery({
    queryKey: ["targets", type.id, "find", words],
    queryFn: () => targets(type, { _q: words, pagination: { limit: 20, withCount: false } }),
    enabled: near,
    placeholderData: (before) => before,
  });
  // Results of what was typed before are not shown: they would be gone under the one who chooses.
  const here = typed === words && !found.isPlaceholderData && found.data !== undefined;
  const items = here ? found.data.filter((x) => !without.includes(x.id)) : [];
  return (
    <ComboBox
      key={picks}
      className="combo"
      items={items}
      selectedKey={null} // a box to find by: what is chosen goes into the list above
      inputValue={typed}
      onInputChange={setTyped}
      allowsEmptyCollection
      onFocus={() => setNear(true)}
      onSelectionChange={(key) => {
        const target = items.find((x) => x.id === key);
        if (!target) return;
        onPick(target);
        // The box starts again: kept, it would stay open and hide the rest of the page from screen readers.
        setTyped("");
        setPicks(picks + 1);
        setTimeout(() => document.getElementById(id)?.focus());
      }}
    >
      <Label>{label}</Label>
      <span className="finder">
        <Input id={id} />
        <Button>
          <span aria-hidden="true">▾</span>
        </Button>
      </span>
      <Popover className="popover">
        <ListBox<Target> renderEmptyState={() => <p className="soft">{t(here ? "noMatch" : "loading")}</p>}>
          {(item) => (
            <ListBoxItem id={item.id} textValue={item.title}>
              {item.title} {!item.public && <span className="status draft">{t("targetDraft")}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
