import { useEffect } from "react";

// Forms with unsaved work, so that signing out can ask before it closes them.
const forms = new Set<() => boolean>();

export const hasUnsaved = () => [...forms].some((isDirty) => isDirty());

export function useUnsaved(isDirty: () => boolean) {
  useEffect(() => {
    forms.add(isDirty);
    return () => {
      forms.delete(isDirty);
    };
  }, [isDirty]);
}
