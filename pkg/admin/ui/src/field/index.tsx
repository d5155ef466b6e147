import { useWatch } from "react-hook-form";
import type { ComponentType } from "react";
import { AssetInput } from "./AssetInput";
import { BooleanInput } from "./BooleanInput";
import { EnumInput } from "./EnumInput";
import type { InputProps } from "./FieldBox";
import { JsonInput } from "./JsonInput";
import { ListInput } from "./ListInput";
import { LocalTimeInput } from "./LocalTimeInput";
import { MoneyInput, NumberInput } from "./NumberInput";
import { ObjectInput } from "./ObjectInput";
import { PointInput } from "./PointInput";
import { RelationInput } from "./RelationInput";
import { RichTextInput } from "./RichTextInput";
import { DateInput, DateTimeInput, TextInput } from "./TextInput";

// inputs has the input of each kind of field. A kind is a file, as on the server.
const inputs: Record<string, ComponentType<InputProps>> = {
  string: TextInput,
  text: TextInput,
  slug: TextInput,
  email: TextInput,
  uri: TextInput,
  richtext: RichTextInput,
  integer: NumberInput,
  number: NumberInput,
  money: MoneyInput,
  boolean: BooleanInput,
  date: DateInput,
  datetime: DateTimeInput,
  localtime: LocalTimeInput,
  enum: EnumInput,
  relation: RelationInput,
  asset: AssetInput,
  point: PointInput,
  object: ObjectInput,
  json: JsonInput,
};

// own lists the kinds whose input handles a list of values by itself.
const own = new Set(["relation", "asset", "enum"]);

export function FieldInput(props: InputProps) {
  const { field } = props;
  if (field.many && !own.has(field.kind)) return <ListInput {...props} />;
  const Input = inputs[field.kind] ?? JsonInput;
  return <Input {...props} />;
}

// useFilled tells whether a path has a value.
export function useFilled(path: string): boolean {
  const value = useWatch({ name: path });
  return !(value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0));
}
