import { Mark } from "@tiptap/core";
import { Table, TableKit } from "@tiptap/extension-table";
import { EditorContent, useEditor, useEditorState, type Editor as TiptapEditor } from "@tiptap/react";
import { StarterKit } from "@tiptap/starter-kit";
import { useEffect, useRef, useState } from "react";
import { Button, Group, ToggleButton, Toolbar } from "react-aria-components";
import { useWords } from "../i18n";
import type { Field } from "../model";
import { Modal } from "../part/Modal";
import { idOf } from "./FieldBox";
import { pasted } from "./richtext";

interface Props {
  field: Field;
  path: string;
  value: string;
  readOnly: boolean;
  describedBy: string | undefined;
  invalid: boolean;
  onChange: (html: string | null) => void;
  onBlur: () => void;
}

const Subscript = Mark.create({ name: "subscript", parseHTML: () => [{ tag: "sub" }], renderHTML: () => ["sub", 0] });
const Superscript = Mark.create({ name: "superscript", parseHTML: () => [{ tag: "sup" }], renderHTML: () => ["sup", 0] });

// The library writes widths as style attributes, which the page's policy forbids and the server drops.
const PlainTable = Table.extend({ renderHTML: () => ["table", ["tbody", 0]] });

// Editor changes the value only when somebody edits: what the editor makes of a text that is opened
// stays in the editor.
export default function Editor({ field, path, value, readOnly, describedBy, invalid, onChange, onBlur }: Props) {
  const { label } = useWords();
  const [written, setWritten] = useState(value);
  const start = useRef({ value, html: "" }); // how the editor writes the text that it was given
  const attributes = (): Record<string, string> => ({
    id: `${idOf(path)}-text`,
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": label(field.title),
    ...(describedBy ? { "aria-describedby": describedBy } : {}),
    ...(invalid ? { "aria-invalid": "true" } : {}),
    ...(readOnly ? { "aria-readonly": "true" } : {}),
    class: "prose",
  });
  const editor = useEditor({
    extensions: [
      StarterKit.configure({
        heading: { levels: [2, 3, 4] },
        link: { openOnClick: false, autolink: true, defaultProtocol: "https", protocols: ["mailto", "tel", "entry"], HTMLAttributes: { target: null, rel: null } },
      }),
      TableKit.configure({ table: false }),
      PlainTable.configure({ resizable: false }),
      Subscript,
      Superscript,
    ],
    content: value,
    editable: !readOnly,
    injectCSS: false,
    editorProps: {
      attributes: attributes(),
      transformPastedHTML: pasted,
    },
    onCreate: ({ editor: e }) => {
      start.current.html = e.getHTML();
    },
    onUpdate: ({ editor: e }) => {
      const text = e.isEmpty ? "" : e.getHTML();
      const html = text === start.current.html ? start.current.value : text; // undone
      setWritten(html);
      onChange(html || null);
    },
    onBlur,
  });
  // A value from elsewhere, such as a merge, replaces the text.
  useEffect(() => {
    if (value !== written) {
      setWritten(value);
      editor.commands.setContent(value, { emitUpdate: false });
      start.current = { value, html: editor.getHTML() };
    }
  }, [value, written, editor]);
  const named = JSON.stringify(attributes());
  useEffect(() => {
    editor.setOptions({ editorProps: { attributes: JSON.parse(named) as Record<string, string>, transformPastedHTML: pasted } });
  }, [editor, named]);
  return (
    <div className="editor">
      {!readOnly && <Bar editor={editor} />}
      <EditorContent editor={editor} />
    </div>
  );
}

function Bar({ editor }: { editor: TiptapEditor }) {
  const { t } = useWords();
  const [linking, setLinking] = useState(false);
  const on = useEditorState({
    editor,
    selector: ({ editor: e }) => ({
      bold: e.isActive("bold"),
      italic: e.isActive("italic"),
      h2: e.isActive("heading", { level: 2 }),
      h3: e.isActive("heading", { level: 3 }),
      bullet: e.isActive("bulletList"),
      ordered: e.isActive("orderedList"),
      quote: e.isActive("blockquote"),
      link: e.isActive("link"),
    }),
  });
  const act = () => editor.chain().focus();
  const toggle = (text: string, active: boolean, run: () => void) => (
    <ToggleButton isSelected={active} onChange={run}>
      {text}
    </ToggleButton>
  );
  return (
    <Toolbar aria-label={t("formatting")} className="toolbar">
      <Group aria-label={t("paragraph")}>
        {toggle(t("heading"), on.h2, () => act().toggleHeading({ level: 2 }).run())}
        {toggle(t("subheading"), on.h3, () => act().toggleHeading({ level: 3 }).run())}
      </Group>
      <Group aria-label={t("formatting")}>
        {toggle(t("bold"), on.bold, () => act().toggleBold().run())}
        {toggle(t("italic"), on.italic, () => act().toggleItalic().run())}
        {toggle(t("bulletList"), on.bullet, () => act().toggleBulletList().run())}
        {toggle(t("orderedList"), on.ordered, () => act().toggleOrderedList().run())}
        {toggle(t("quote"), on.quote, () => act().toggleBlockquote().run())}
      </Group>
      <Group aria-label={t("link")}>
        <Button onPress={() => setLinking(true)}>{t("link")}</Button>
        {on.link && <Button onPress={() => act().extendMarkRange("link").unsetLink().run()}>{t("unlink")}</Button>}
        <Button onPress={() => act().insertTable({ rows: 3, cols: 2, withHeaderRow: true }).run()}>{t("table")}</Button>
        <Button onPress={() => act().undo().run()}>{t("undo")}</Button>
        <Button onPress={() => act().redo().run()}>{t("redo")}</Button>
      </Group>
      <LinkDialog open={linking} editor={editor} onClose={() => setLinking(false)} />
    </Toolbar>
  );
}

function LinkDialog({ open, editor, onClose }: { open: boolean; editor: TiptapEditor; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Modal open={open} title={t("link")} onClose={onClose}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          e.stopPropagation();
          const href = String(new FormData(e.currentTarget).get("href") ?? "").trim();
          const chain = editor.chain().focus().extendMarkRange("link");
          if (href) chain.setLink({ href }).run();
          else chain.unsetLink().run();
          onClose();
        }}
      >
        <div className="field">
          <label htmlFor="href">{t("linkAddress")}</label>
          <input id="href" name="href" defaultValue={String(editor.getAttributes("link").href ?? "")} />
        </div>
        <div className="pair">
          <button className="main">{t("save")}</button>
          <button type="button" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
