import { useState } from "react";
import { useWords } from "../i18n";
import type { Type, Values } from "../model";
import { Modal } from "../part/Modal";
import { ValueText } from "../part/ValueText";
import type { Merge } from "./entry";

interface Props {
  type: Type;
  conflict: Merge | null;
  mine: Values;
  onClose: () => void;
  onResolve: (chosen: Record<string, "mine" | "theirs">) => void;
}

// ConflictDialog shows both sides of each field that two people changed, and asks which one holds.
export function ConflictDialog({ type, conflict, mine, onClose, onResolve }: Props) {
  const { t, label } = useWords();
  const [chosen, setChosen] = useState<Record<string, "mine" | "theirs">>({});
  const fields = type.model.fields.filter((f) => conflict?.conflicts.includes(f.name));
  return (
    <Modal open={conflict !== null} title={t("conflictTitle")} onClose={onClose}>
      {conflict && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            e.stopPropagation();
            onResolve(Object.fromEntries(fields.map((f) => [f.name, chosen[f.name] ?? "mine"])));
          }}
        >
          <p>{t("conflictText", { who: conflict.state.updatedBy ?? t("someone") })}</p>
          {fields.map((f) => (
            <fieldset key={f.name} className="field">
              <legend>{label(f.title)}</legend>
              {(["mine", "theirs"] as const).map((side) => (
                <label key={side} className="side-choice">
                  <input
                    type="radio"
                    name={f.name}
                    value={side}
                    checked={(chosen[f.name] ?? "mine") === side}
                    onChange={() => setChosen({ ...chosen, [f.name]: side })}
                  />
                  <span>
                    <strong>{t(side)}</strong>
                    <br />
                    <ValueText field={f} value={side === "mine" ? mine[f.name] : conflict.theirs[f.name]} />
                  </span>
                </label>
              ))}
            </fieldset>
          ))}
          <div className="pair">
            <button className="main">{t("apply")}</button>
            <button type="button" onClick={onClose}>
              {t("cancel")}
            </button>
          </div>
        </form>
      )}
    </Modal>
  );
}
