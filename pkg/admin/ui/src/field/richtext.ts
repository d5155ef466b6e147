// What the editor can show, and how text from Word becomes that.

const known = new Set(
  "H2 H3 H4 P UL OL LI STRONG EM B I U S SUB SUP BLOCKQUOTE TABLE COLGROUP COL THEAD TBODY TR TH TD HR BR CODE PRE A".split(" "),
);

// fits tells whether the editor keeps everything that is in a text.
export function fits(html: string): boolean {
  if (html === "") return true;
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return [...body.querySelectorAll("*")].every((e) => known.has(e.tagName) && !e.hasAttribute("lang"));
}

interface Item {
  level: number;
  ordered: boolean;
  element: HTMLElement;
}

// pasted turns the paragraphs by which Word writes lists into nested lists, and drops the comments and
// the style sheets that come along. The editor's schema drops the rest.
export function pasted(html: string): string {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  for (const e of body.querySelectorAll("style, script, meta, link, title, o\\:p")) {
    if (e.tagName.toLowerCase() === "o:p") e.replaceWith(...e.childNodes);
    else e.remove();
  }
  let run: Item[] = [];
  for (const p of [...body.querySelectorAll<HTMLElement>("p")]) {
    const item = wordItem(p);
    if (item) run.push(item);
    const next = p.nextElementSibling;
    if (run.length > 0 && !(item && next instanceof HTMLElement && next.tagName === "P" && isWordItem(next))) {
      nest(run);
      run = [];
    }
  }
  return body.innerHTML;
}

const isWordItem = (p: HTMLElement) => /mso-list:\s*l\d/.test(p.getAttribute("style") ?? "");

function wordItem(p: HTMLElement): Item | null {
  const style = /mso-list:\s*l\d+\s+level(\d+)/.exec(p.getAttribute("style") ?? "");
  if (!style) return null;
  const marker = p.querySelector<HTMLElement>('span[style*="mso-list"]');
  const sign = (marker?.textContent ?? p.textContent ?? "").trim();
  marker?.remove();
  return { level: Number(style[1]), ordered: /^\(?([0-9]+|[a-z]{1,3})[.)]/i.test(sign), element: p };
}

function nest(run: Item[]) {
  const first = run[0]!.element;
  const lists: { level: number; list: HTMLElement }[] = [];
  let root: HTMLElement | null = null;
  for (const { level, ordered, element } of run) {
    while (lists.length > 0 && lists.at(-1)!.level > level) lists.pop();
    if (lists.length === 0 || lists.at(-1)!.level < level) {
      const list = document.createElement(ordered ? "ol" : "ul");
      const parent = lists.at(-1)?.list.lastElementChild;
      if (parent) parent.append(list);
      else if (root) root.after(list);
      else first.before(list);
      root ??= list;
      lists.push({ level, list });
    }
    const li = document.createElement("li");
    const text = document.createElement("p");
    text.append(...element.childNodes);
    li.append(text);
    lists.at(-1)!.list.append(li);
    element.remove();
  }
}
