// What the editor can show, and how text from Word and LibreOffice becomes that.

const known = new Set("H2 H3 H4 P UL OL LI STRONG EM B I U S SUB SUP BLOCKQUOTE TABLE THEAD TBODY TR TH TD HR BR CODE PRE A".split(" "));

// fits tells whether the editor keeps everything that is in a text.
export function fits(html: string): boolean {
  if (html === "") return true;
  const body = parse(withoutStyles(html));
  return [...body.querySelectorAll("*")].every((e) => known.has(e.tagName) && !e.hasAttribute("lang"));
}

const parse = (html: string) => new DOMParser().parseFromString(html, "text/html").body;

// withoutStyles takes style sheets and style attributes out before anything parses the text, because the
// page's policy forbids them. What Word says about lists in a style stays as an attribute of its own.
function withoutStyles(html: string): string {
  return html
    .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi, (tag) =>
      tag.replace(/(\s)style\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, (_, space: string, style: string) => {
        const list = /mso-list:\s*(l\d+\s+level\d+|ignore)/i.exec(style);
        return list ? `${space}data-list="${list[1]!.toLowerCase()}"` : "";
      }),
    );
}

interface Item {
  level: number;
  ordered: boolean;
  element: HTMLElement;
}

// pasted turns the paragraphs by which Word writes lists into nested lists, moves headings of the first
// level to the second, which is the page's first, and drops the comments, styles and marks that come
// along. The editor's schema drops the rest.
export function pasted(html: string): string {
  const body = parse(withoutStyles(html));
  body.querySelectorAll("script, meta, link, title").forEach((e) => e.remove());
  body.querySelectorAll("o\\:p").forEach((e) => e.replaceWith(...e.childNodes));
  for (const e of body.querySelectorAll("h1")) {
    const h2 = document.createElement("h2");
    h2.append(...e.childNodes);
    e.replaceWith(h2);
  }
  let run: Item[] = [];
  for (const p of [...body.querySelectorAll<HTMLElement>("p[data-list]")]) {
    const item = wordItem(p);
    if (!item) continue;
    run.push(item);
    if (p.nextElementSibling?.matches("p[data-list^=l]")) continue;
    nest(run);
    run = [];
  }
  return body.innerHTML;
}

function wordItem(p: HTMLElement): Item | null {
  const level = /level(\d+)/.exec(p.dataset.list ?? "");
  if (!level) return null;
  const marker = p.querySelector<HTMLElement>('[data-list="ignore"]');
  const sign = (marker?.textContent ?? p.textContent ?? "").trim();
  marker?.remove();
  return { level: Number(level[1]), ordered: /^\(?([0-9]+|[a-z]{1,3})[.)]/i.test(sign), element: p };
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
