import { useFormContext, useWatch } from "react-hook-form";
import { useWords } from "../i18n";
import { isEmpty, type Field } from "../model";
import { FieldBox, idOf, type InputProps } from "./FieldBox";
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
  const { setValue } = useFormContext();
  const value = useWatch({ name: props.path }) as { lat?: unknown; lng?: unknown } | null;
  const set = (lat: number | null, lng: number | null) => {
    setValue(`${props.path}.lat`, lat);
    setValue(`${props.path}.lng`, lng);
  };
  const paste = (text: string) => {
    const pair = /^\s*(-?\d+[.,]\d+)\s*[;,\s]\s*(-?\d+[.,]\d+)\s*$/.exec(text);
    if (!pair) return false;
    set(Number(pair[1]!.replace(",", ".")), Number(pair[2]!.replace(",", ".")));
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
        {!isEmpty(value?.lat) && !props.readOnly && (
          <button type="button" className="plain" onClick={() => {
              set(null, null);
              document.getElementById(idOf(`${props.path}.lat`))?.focus();
            }}>
            {t("removeWord")}
          </button>
        )}
      </div>
    </FieldBox>
  );
}
