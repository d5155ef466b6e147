import { FieldBox, type InputProps } from "./FieldBox";
import { FieldInput } from "./index";

export function ObjectInput(props: InputProps) {
  return (
    <FieldBox {...props} group>
      {props.field.fields!.map((f) => (
        <FieldInput key={f.name} field={f} path={`${props.path}.${f.name}`} readOnly={props.readOnly} />
      ))}
    </FieldBox>
  );
}
