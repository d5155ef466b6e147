import type { Field, Type } from "../model";

export interface Section {
  id: string;
  title: string; // "" where a type has no groups
  fields: Field[];
}

// sectionsOf orders a type's fields by their groups, which stand in the order of their first field.
// The internal parts of every type, slug and notes, stay where their group is.
export function sectionsOf(type: Type): Section[] {
  const sections: Section[] = [];
  for (const field of [...type.model.fields].sort((a, b) => a.order - b.order)) {
    const last = sections.find((s) => s.title === field.group);
    if (last) last.fields.push(field);
    else sections.push({ id: `s-${sections.length}`, title: field.group, fields: [field] });
  }
  return sections;
}
