import { idOf } from "../field/FieldBox";

export const heading = () => document.querySelector<HTMLElement>("h1");

// focusAfterDialog moves focus once no dialog is open: until then the dialog keeps it, and when it
// closes it gives it back to a button that an act may have taken away.
export function focusAfterDialog(find: () => HTMLElement | null) {
  const tick = () => {
    if (document.querySelector("[role=dialog]")) requestAnimationFrame(tick);
    else requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()));
  };
  requestAnimationFrame(tick);
}

// focusField puts the caret into the input of a path, or into the first input of the group that it
// belongs to.
export function focusField(path: string) {
  const steps = path.split(".");
  for (let n = steps.length; n > 0; n--) {
    const id = idOf(steps.slice(0, n).join("."));
    const found = document.getElementById(`${id}-text`) ?? document.getElementById(id);
    if (!found) continue;
    const target = found.matches("input, select, textarea, .prose")
      ? found
      : (found.querySelector<HTMLElement>("input, select, textarea, .prose, button") ?? found);
    target.scrollIntoView({ block: "center" });
    target.focus();
    return;
  }
}
