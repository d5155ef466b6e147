import { useController } from "react-hook-form";
import { useWords } from "../i18n";
import type { Field } from "../model";
import { FieldBox, type InputProps } from "./FieldBox";
import { NumberInput } from "./NumberInput";

const part = (name: string, de: string, en: string): Field => ({
  name,
  kind: "number",
  many: false,
  title: { de, en },
  required: false,
  localized: false,
  group: "",
  order: 0,
  help: null,
  sortable: false,
  facet: false,
});

const lat = part("lat", "Geografische Breite", "Latitude");
const lng = part("lng", "Geografische Länge", "Longitude");

// PointInput takes two numbers, or a pair pasted into the first: "51,9625; 7,625" or "51.9625, 7.625".
export function PointInput(props: InputProps) {
  const { t } = useWords();
  const { field: input } = useController({ name: props.path });
  const paste = (text: string) => {
    const pair = /^\s*(-?\d+[.,]\d+)\s*[;,\s]\s*(-?\d+[.,]\d+)\s*$/.exec(text);
    if (!pair) return false;
    input.onChange({ lat: Number(pair[1]!.replace(",", ".")), lng: Number(pair[2]!.replace(",", ".")) });
    return true;
  };
  return (
    <FieldBox {...props} group>
      <div
        className="pair"
        onPaste={(e) => {
          if (!props.readOnly && paste(e.clipboardData.getData("text"))) e.preventDefault();
        }}
      >
        <NumberInput field={lat} path={`${props.path}.lat`} readOnly={props.readOnly} />
        <NumberInput field={lng} path={`${props.path}.lng`} readOnly={props.readOnly} />
        {input.value && !props.readOnly && (
          <button type="button" className="plain" onClick={() => input.onChange(null)}>
            {t("removeWord")}
          </button>
        )}
      </div>
    </FieldBox>
  );
}
