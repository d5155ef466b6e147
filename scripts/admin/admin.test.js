import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, password, startServer, Visitor } from "./kit.js";

const editor = "redaktion@stadt.example";
const other = "kern@stadt.example";
const organizer = "veranstaltungen@example.org"; // of the sample portal

let browser, server;

before(async () => {
  browser = await launch();
  server = await startServer({ [editor]: "editor", [other]: "editor" }, "--demo");
  server.run("user", "passwd", "--email", organizer, "--password-stdin");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

// signedIn runs a test with somebody who is signed in, and looks afterwards that the browser had
// nothing to complain about and asked no other host.
async function signedIn(email, run, options) {
  const v = await Visitor.open(browser, server, options);
  try {
    await v.signIn(email);
    await run(v, v.page);
    assert.deepEqual(v.complaints, []);
    assert.deepEqual(v.foreign(), []);
  } finally {
    await v.close();
  }
}

async function anonymous(path) {
  const response = await fetch(server.url + path);
  return { status: response.status, body: await response.json() };
}

describe("signing in", () => {
  test("a wrong password is said, and the right one works by keyboard alone", async () => {
    const v = await Visitor.open(browser, server);
    await v.page.goto(`${server.url}/admin/content/project`);
    await v.page.getByLabel("E-Mail-Adresse oder Benutzername").fill(editor);
    await v.page.keyboard.press("Tab");
    await v.page.keyboard.type("falsch");
    await v.page.keyboard.press("Enter");
    await v.page.getByText("E-Mail-Adresse oder Passwort stimmt nicht.").waitFor();
    assert.deepEqual(await v.check("sign-in-error"), []);
    await v.page.getByLabel("Passwort").fill(password);
    await v.page.keyboard.press("Enter");
    await v.page.getByRole("heading", { level: 1, name: "Projekte" }).waitFor();
    const cookie = (await v.page.context().cookies()).find((c) => c.name === "kontor");
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, "Strict");
    await v.close();
  });

  test("signing out ends the session", () =>
    signedIn(editor, async (v, page) => {
      await page.getByRole("button", { name: "Abmelden" }).click();
      await page.getByRole("heading", { name: "Anmeldung" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Anmeldung" }).waitFor();
    }));

  test("a page of another origin can't act with the cookie", async () => {
    const v = await Visitor.open(browser, server);
    await v.signIn(editor);
    const cookies = (await v.page.context().cookies()).map((c) => `${c.name}=${c.value}`).join("; ");
    for (const headers of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.example" }, {}]) {
      const authorization = Object.keys(headers).length ? { Authorization: "Session" } : {};
      const response = await fetch(`${server.url}/api/topics`, {
        method: "POST",
        headers: { ...headers, ...authorization, Cookie: cookies, "Content-Type": "application/json" },
        body: JSON.stringify({ data: { name: "Untergeschoben" } }),
      });
      assert.ok([401, 403].includes(response.status), `${JSON.stringify(headers)}: ${response.status}`);
    }
    await v.close();
  });
});

describe("every screen", () => {
  for (const [name, options] of [
    ["wide", {}],
    ["laptop", { viewport: { width: 1093, height: 520 } }],
    ["phone", { viewport: { width: 320, height: 640 } }],
    ["dark", { colorScheme: "dark" }],
    ["forced", { forcedColors: "active" }],
  ]) {
    test(`passes axe and never scrolls sideways: ${name}`, () =>
      signedIn(
        editor,
        async (v, page) => {
          const found = [];
          const all = name === "wide" || name === "phone"; // the others look at the kinds of screens
          for (const [screen, path, ready] of [
            ["start", "/", ".cards li"],
            ["list", "/content/project", "tbody tr"],
            ["list-empty", "/content/project?q=gibtesnicht", ".empty"],
            ["form-new", "/content/event/new", "form.form"],
            ["files", "/files", ".picked li"],
            ["trash", "/trash/project", "nav.filters"],
            ["missing", "/nirgends", "h1"],
          ]) {
            if (!all && !["start", "list", "form-new"].includes(screen)) continue;
            await v.go(path);
            await page.locator(ready).first().waitFor();
            found.push(...(await v.check(`${name}-${screen}`)));
          }
          await v.go("/content/project?status=published");
          await page.locator("tbody th a").first().click();
          await page.locator(".prose").first().waitFor();
          found.push(...(await v.check(`${name}-form`)));
          if (name === "wide") {
            await page.getByRole("link", { name: "Verlauf" }).click();
            await page.locator(".versions li").first().waitFor();
            found.push(...(await v.check(`${name}-history`)));
            await page.goBack();
            await page.getByRole("button", { name: "Offline nehmen" }).click();
            await page.getByRole("dialog").waitFor();
            found.push(...(await v.check(`${name}-dialog`)));
          }
          assert.deepEqual(found, []);
        },
        options,
      ));
  }
});

describe("writing", () => {
  test("a project from a call: draft, errors with links, publish, public", () =>
    signedIn(editor, async (v, page) => {
      await v.go("/content/project/new");
      await page.getByLabel("Titel", { exact: false }).first().fill("Gemeinsamer Winterdienst im Test");
      await v.heard();
      await page.keyboard.press("Control+s");
      await page.waitForURL(/\/content\/project\/[a-z0-9]{24}/);
      assert.match((await v.heard()).join("|"), /^Gemeinsamer Winterdienst im Test: gespeichert \d\d:\d\d$/);
      const id = page.url().split("/").at(-1);
      assert.equal((await anonymous(`/api/projects/${id}`)).status, 404);

      await page.getByRole("button", { name: "Projekt veröffentlichen" }).click();
      const summary = page.getByRole("group", { name: "Korrektur" });
      await summary.waitFor();
      assert.equal(await summary.evaluate((e) => e.contains(document.activeElement)), true);
      assert.deepEqual(await v.check("form-errors"), []);
      await summary.getByRole("link").first().click();
      assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY");

      await page.getByRole("combobox", { name: "Themen hinzufügen" }).fill("Winter");
      await page.locator("[role=listbox] [data-key]").first().waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.locator(".picked li").first().waitFor();
      await v.heard();
      await page.getByRole("button", { name: "Projekt veröffentlichen" }).click();
      await page.getByText("Veröffentlicht heute").first().waitFor();
      assert.deepEqual(await v.heard(), ["Gemeinsamer Winterdienst im Test: veröffentlicht"]);
      assert.equal(await v.focused(), "BUTTON");
      const seen = await anonymous(`/api/projects/${id}?populate=topics`);
      assert.equal(seen.status, 200);
      assert.equal(seen.body.data.topics.length, 1);
    }));

  test("opening an entry changes nothing", () =>
    signedIn(editor, async (v, page) => {
      const types = (await page.evaluate(async () => (await fetch("/manage/types", { headers: { Authorization: "Session" } })).json())).data;
      const menu = page.getByRole("navigation", { name: "Hauptmenü" });
      for (const type of types.filter((t) => t.actions.includes("update"))) {
        await menu.getByRole("link", { name: type.model.titles.de, exact: true }).click();
        if (!type.single) {
          await page.getByRole("heading", { level: 1, name: type.model.titles.de, exact: true }).waitFor();
          await page.locator("tbody th a").first().click();
        }
        await page.locator("form.form").waitFor();
        await page.waitForTimeout(300); // the editor of formatted text is there by then
        assert.equal(await page.getByText("nicht gespeichert").count(), 0, `${type.id} counts as changed`);
      }
      assert.deepEqual(v.requests.filter((r) => r.method !== "GET" && !r.url.endsWith("/manage/session")), []);
    }));

  test("what is typed while a save is on its way stays, and is saved by the next", () =>
    signedIn(editor, async (v, page) => {
      await v.go("/content/topic?sort=name");
      await page.locator("tbody th a").nth(5).click();
      const summary = page.getByLabel("Kurzbeschreibung", { exact: false }).first();
      await summary.fill("Erster Stand.");
      let go;
      const held = new Promise((resolve) => (go = resolve));
      await page.route("**/api/topics/**", async (route) => {
        if (route.request().method() === "PUT") await held;
        await route.continue();
      });
      await page.keyboard.press("Control+s");
      await summary.pressSequentially(" Und weiter.");
      go();
      await page.waitForFunction(() => window.said.some((text) => text.includes("gespeichert")));
      await page.getByText("nicht gespeichert").waitFor();
      assert.equal(await summary.inputValue(), "Erster Stand. Und weiter.");
      assert.equal(await summary.evaluate((e) => e === document.activeElement), true);
      await v.heard();
      await page.keyboard.press("Control+s");
      await page.getByText(/^gespeichert/).first().waitFor();
      assert.equal(await summary.inputValue(), "Erster Stand. Und weiter.");
      assert.equal((await v.heard()).length, 1);
      await page.reload();
      await summary.waitFor();
      assert.equal(await summary.inputValue(), "Erster Stand. Und weiter.");
    }));

  test("what is changed inside an object after a save is saved by the next, and a discard says what is lost", () =>
    signedIn(editor, async (v, page) => {
      const read = (path) =>
        page.evaluate(async (p) => (await (await fetch(p, { headers: { Authorization: "Session" } })).json()).data, path);
      const events = await read("/manage/entries/event?status=published&populate=*&pagination[limit]=50");
      const { documentId } = events.findLast((row) => row.state.status === "published" && row.entry.place?.name).entry;
      await v.go(`/content/event/${documentId}`);
      for (const name of ["Im ersten Haus", "Im zweiten Haus"]) {
        await page.locator("#f-place-name").fill(name);
        await page.getByText("nicht gespeichert").waitFor();
        await page.keyboard.press("Control+s");
        await page.getByText(/^gespeichert/).first().waitFor();
        assert.equal((await read(`/api/events/${documentId}?status=draft&populate=*`)).place.name, name);
      }
      await page.locator("#f-place-name").fill("Im dritten Haus");
      await page.getByRole("link", { name: "Zum Inhalt" }).press("Enter");
      assert.equal(await v.focused(), "MAIN#page");
      assert.equal(await page.locator("#f-place-name").inputValue(), "Im dritten Haus");
      const lost = page.getByRole("dialog").getByText("Was Sie noch nicht gespeichert haben, geht dabei verloren.");
      for (const name of ["Änderungen verwerfen", "In den Papierkorb"]) {
        await page.getByRole("button", { name }).click();
        await lost.waitFor();
        await page.getByRole("dialog").getByRole("button", { name: "Abbrechen" }).click();
      }
    }));

  test("an entry that was made but could not be read is not made twice", () =>
    signedIn(editor, async (v, page) => {
      const keys = [];
      page.on("request", (r) => r.method() === "POST" && r.url().includes("/api/topics") && keys.push(r.headers()["idempotency-key"]));
      await v.go("/content/topic/new");
      await page.getByLabel("Name", { exact: false }).first().fill("Nur einmal");
      await page.route("**/api/topics?**", (route) => route.abort());
      await page.keyboard.press("Control+s");
      await page.getByText("Der Server ist nicht erreichbar.").first().waitFor();
      await page.unroute("**/api/topics?**");
      await page.route("**/manage/entries/topic/**", (route) => route.abort());
      const answer = page.waitForResponse((r) => r.request().method() === "POST");
      await page.keyboard.press("Control+s");
      await answer;
      await page.getByText("Der Server ist nicht erreichbar.").first().waitFor();
      await page.unroute("**/manage/entries/topic/**");
      await page.keyboard.press("Control+s");
      await page.waitForURL(/\/content\/topic\/[a-z0-9]{24}/);
      await page.getByText(/^gespeichert/).first().waitFor();
      assert.equal(keys.length, 2);
      assert.ok(keys[0]);
      assert.equal(keys[0], keys[1]);
    }));

  test("rows are added, moved and removed by buttons, and keep their values and ids", () =>
    signedIn(editor, async (v, page) => {
      await v.go("/content/topic/new");
      await page.getByLabel("Name", { exact: false }).first().fill("Mit Zeilen");
      const add = page.getByRole("button", { name: "Synonyme hinzufügen" });
      for (const word of ["eins", "zwei", "drei"]) {
        await add.click();
        await page.keyboard.type(word);
      }
      await page.getByRole("button", { name: "drei nach oben" }).click();
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "drei nach oben");
      await page.getByRole("button", { name: "eins entfernen" }).click();
      await page.keyboard.press("Control+s");
      await page.waitForURL(/\/content\/topic\/[a-z0-9]{24}/);
      await page.getByText(/^gespeichert/).first().waitFor();
      const read = (path) =>
        page.evaluate(async (p) => (await (await fetch(p, { headers: { Authorization: "Session" } })).json()).data, path);
      assert.deepEqual((await read(`/api/topics/${page.url().split("/").at(-1)}?status=draft`)).synonyms, ["drei", "zwei"]);

      const events = await read("/manage/entries/event?populate=*&pagination[limit]=50");
      const { documentId } = events.find((row) => row.entry.agenda?.length > 2).entry;
      const before = (await read(`/api/events/${documentId}?status=draft&populate=*`)).agenda;
      await v.go(`/content/event/${documentId}`);
      await page.locator("form.form").waitFor();
      await page.getByRole("button", { name: /nach unten$/ }).first().click();
      await page.keyboard.press("Control+s");
      await page.getByText(/^gespeichert/).first().waitFor();
      const after = (await read(`/api/events/${documentId}?status=draft&populate=*`)).agenda;
      assert.deepEqual(after.map((r) => r.id), [before[1].id, before[0].id, ...before.slice(2).map((r) => r.id)]);
    }));

  test("leaving with unsaved work asks", () =>
    signedIn(editor, async (v, page) => {
      await v.go("/content/topic");
      await page.locator("tbody th a").first().click();
      await page.getByLabel("Name", { exact: false }).first().fill("Nur ein Versuch");
      await page.getByRole("link", { name: "Dateien" }).click();
      const dialog = page.getByRole("dialog", { name: "Nicht gespeicherte Änderungen" });
      await dialog.getByRole("button", { name: "Auf der Seite bleiben" }).click();
      assert.equal(await page.getByLabel("Name", { exact: false }).first().inputValue(), "Nur ein Versuch");
      await page.getByRole("button", { name: "Abmelden" }).click();
      await dialog.getByRole("button", { name: "Auf der Seite bleiben" }).click();
      await page.getByRole("link", { name: "Dateien" }).click();
      await dialog.getByRole("button", { name: "Ohne Speichern verlassen" }).click();
      await page.getByRole("heading", { level: 1, name: "Dateien" }).waitFor();
    }));

  test("a list and a table pasted from Word keep their form", () =>
    signedIn(editor, async (v, page) => {
      await v.go("/content/topic/new");
      await page.getByLabel("Name", { exact: false }).first().fill("Aus Word");
      const prose = page.locator(".prose").first();
      await prose.click();
      const item = (level, text) =>
        `<p class=MsoListParagraph style='mso-list:l0 level${level} lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;</span></span><![endif]>${text}<o:p></o:p></p>`;
      const html = `<html><head><style>p{color:red}</style></head><body><h2>Ablauf</h2>${item(1, "eins")}${item(2, "eins a")}${item(1, "zwei")}<table style="width:9cm" border=1><tr style='height:1cm'><td style="mso-border:1"><p>Kopf</p></td><td>Zahl</td></tr></table><p style="margin:0">Ende <a href="https://stadt.example/x" style="color:red">dort</a></p></body></html>`;
      await prose.evaluate((e, text) => {
        const data = new DataTransfer();
        data.setData("text/html", text);
        e.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      }, html);
      await page.keyboard.press("Control+s");
      await page.waitForURL(/\/content\/topic\/[a-z0-9]{24}/);
      const id = page.url().split("/").at(-1);
      const draft = await page.evaluate(
        async (x) => (await fetch(`/api/topics/${x}?status=draft`, { headers: { Authorization: "Session" } })).json(),
        id,
      );
      const body = draft.data.body.replace(/\s+/g, "");
      assert.match(body, /<h2>Ablauf<\/h2><ul><li><p>eins<\/p><ul><li><p>einsa<\/p><\/li><\/ul><\/li><li><p>zwei<\/p><\/li><\/ul><table>/);
      assert.match(body, /<table>.*Kopf.*Zahl.*<\/table><p>Ende<ahref="https:\/\/stadt\.example\/x"[^>]*>dort<\/a><\/p>/);
      assert.doesNotMatch(body, /style|class|data-list/);
      // The editor's own table, after a reload, which reads both again.
      await page.reload();
      await page.getByRole("button", { name: "Tabelle", exact: true }).first().click();
      await page.getByText("nicht gespeichert").waitFor();
    }));
});

describe("two people", () => {
  async function bothOpen(run) {
    const a = await Visitor.open(browser, server);
    const b = await Visitor.open(browser, server);
    await a.signIn(editor);
    await b.signIn(other);
    await a.go("/content/topic?sort=name&status=published");
    await a.page.locator("tbody th a").nth(3).click();
    await a.page.locator("form.form").waitFor();
    await b.page.goto(a.page.url());
    await b.page.locator("form.form").waitFor();
    await run(a, b);
    assert.deepEqual([...a.complaints, ...b.complaints], []);
    await a.close();
    await b.close();
  }
  const name = (v) => v.page.getByLabel("Name", { exact: false }).first();
  const summary = (v) => v.page.getByLabel("Kurzbeschreibung", { exact: false }).first();
  const saved = (v) => v.page.getByText(/^gespeichert/).first().waitFor();

  test("different fields merge without a question", () =>
    bothOpen(async (a, b) => {
      await summary(a).fill("Von der einen geändert.");
      await a.page.keyboard.press("Control+s");
      await saved(a);
      const before = await name(b).inputValue();
      await name(b).fill(`${before} neu`);
      await b.page.keyboard.press("Control+s");
      await saved(b);
      assert.equal(await summary(b).inputValue(), "Von der einen geändert.");
      assert.equal(await name(b).inputValue(), `${before} neu`);
    }));

  test("what is typed while the other's changes come in stays, and publishing waits for a second look", () =>
    bothOpen(async (a, b) => {
      await summary(a).fill("Vor dem Veröffentlichen geändert.");
      await a.page.keyboard.press("Control+s");
      await saved(a);
      const before = await name(b).inputValue();
      let go;
      const held = new Promise((resolve) => (go = resolve));
      await b.page.route("**/manage/entries/topic/**", async (route) => {
        if (route.request().method() === "GET") await held;
        await route.continue();
      });
      const late = b.page.waitForResponse((r) => r.status() === 412);
      await b.page.getByRole("button", { name: "Thema veröffentlichen" }).click();
      await late;
      await name(b).fill(`${before} später`);
      await b.heard();
      go();
      const halt = b.page.locator(".bar").getByText(/hat inzwischen etwas geändert\. Bitte sehen Sie es durch/);
      await halt.waitFor();
      assert.match((await b.heard()).join("|"), /^[^|]* hat inzwischen etwas geändert\.[^|]*$/);
      assert.equal(await name(b).inputValue(), `${before} später`);
      assert.equal(await summary(b).inputValue(), "Vor dem Veröffentlichen geändert.");
      const shown = async () => (await anonymous(`/api/topics/${b.page.url().split("/").at(-1)}`)).body.data;
      assert.notEqual((await shown()).summary, "Vor dem Veröffentlichen geändert.");
      await b.page.getByRole("button", { name: "Thema veröffentlichen" }).click();
      await halt.waitFor({ state: "detached" });
      await b.page.waitForFunction(() => window.said.some((text) => text.includes("veröffentlicht")));
      assert.deepEqual([(await shown()).name, (await shown()).summary], [`${before} später`, "Vor dem Veröffentlichen geändert."]);
    }));

  test("in links, rows and formatted text too, and a discard brings all of it back", () =>
    signedIn(editor, async (v, page) => {
      const read = (path) =>
        page.evaluate(async (p) => (await (await fetch(p, { headers: { Authorization: "Session" } })).json()).data, path);
      const write = (path, data) =>
        page.evaluate(
          async ([p, body]) =>
            (
              await fetch(p, {
                method: "PUT",
                headers: { Authorization: "Session", "Content-Type": "application/json" },
                body: JSON.stringify({ data: body }),
              })
            ).status,
          [path, data],
        );
      const events = await read("/manage/entries/event?status=published&populate=*&pagination[limit]=50");
      const { entry } = events.find((row) => row.state.status === "published" && row.entry.agenda?.length > 1 && row.entry.place?.name);
      const path = `/api/events/${entry.documentId}?status=draft`;
      await v.go(`/content/event/${entry.documentId}`);
      await page.locator(".prose").first().waitFor();
      // Somebody else changes the place, the description and the links while the form is open.
      const elsewhere = { place: { ...entry.place, name: "Anderswo" }, body: "<p>Von anderer Seite.</p>", topics: [entry.topics.at(-1).documentId] };
      assert.equal(await write(path, elsewhere), 200);
      await page.getByLabel("Kurzbeschreibung", { exact: false }).first().fill("Von dieser Seite.");
      await page.keyboard.press("Control+s");
      await page.getByText(/^gespeichert/).first().waitFor();
      await page.locator(".prose", { hasText: "Von anderer Seite." }).waitFor();
      assert.equal(await page.locator("#f-place-name").inputValue(), "Anderswo");
      assert.equal(await page.locator("#f-topics .picked li").count(), 1);
      const merged = await read(`${path}&populate=*`);
      assert.deepEqual(
        [merged.place.name, merged.body, merged.topics.length, merged.summary],
        ["Anderswo", "<p>Von anderer Seite.</p>", 1, "Von dieser Seite."],
      );
      await page.getByRole("button", { name: "Änderungen verwerfen" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Änderungen verwerfen" }).click();
      await page.getByText("Änderungen verworfen").waitFor({ state: "attached" });
      assert.equal(await page.locator("#f-place-name").inputValue(), entry.place.name);
      assert.equal(await page.locator("#f-topics .picked li").count(), entry.topics.length);
      assert.equal(await page.getByText("nicht gespeichert").count(), 0);
      assert.equal(await v.focused(), "H2#side-state");
    }));

  test("the same field is asked for, and nothing typed is lost on cancel", () =>
    bothOpen(async (a, b) => {
      await summary(a).fill("Fassung der einen.");
      await a.page.keyboard.press("Control+s");
      await saved(a);
      await summary(b).fill("Fassung der anderen.");
      await b.page.keyboard.press("Control+s");
      const dialog = b.page.getByRole("dialog", { name: "Gleichzeitig geändert" });
      await dialog.waitFor();
      assert.deepEqual(await b.check("conflict"), []);
      await dialog.getByRole("button", { name: "Abbrechen" }).click();
      assert.equal(await summary(b).inputValue(), "Fassung der anderen.");
      await b.page.keyboard.press("Control+s");
      await dialog.getByText("Die andere Fassung").click();
      await dialog.getByRole("button", { name: "Übernehmen und speichern" }).click();
      await dialog.waitFor({ state: "detached" });
      assert.equal(await summary(b).inputValue(), "Fassung der einen.");
    }));
});

test("a journey by keyboard alone: create, write, publish, back to the list", () =>
  signedIn(editor, async (v, page) => {
    let keys = 0;
    const press = async (key) => {
      keys++;
      await page.keyboard.press(key);
    };
    // to presses Tab until the focus is on an element of that name, and never on nothing.
    const to = async (name, key = "Tab") => {
      for (let i = 0; i < 60; i++) {
        await press(key);
        const here = await page.evaluate(() => {
          const e = document.activeElement;
          const label = e.labels?.[0]?.textContent ?? e.getAttribute("aria-label") ?? e.textContent;
          const box = e.getBoundingClientRect();
          const bar = document.querySelector(".bar")?.getBoundingClientRect();
          const under = bar && !e.closest(".bar, .side, .head, .menu") && box.height < bar.top && box.bottom > bar.top + 1 && box.top < bar.bottom;
          return { label: label.trim(), tag: e.tagName, under };
        });
        assert.notEqual(here.tag, "BODY", `after ${keys} keys nothing has the focus`);
        assert.ok(!here.under, `${here.label} has the focus under the bar`);
        if (here.label.startsWith(name)) return;
      }
      assert.fail(`no way to ${name}`);
    };
    await page.evaluate(() => document.querySelector("h1").focus());
    await to("Themen", "Shift+Tab");
    await press("Enter");
    await page.getByRole("heading", { level: 1, name: "Themen" }).waitFor();
    await to("Thema anlegen");
    await press("Enter");
    await page.locator("form.form").waitFor();
    await v.focused();
    await to("Name");
    await page.keyboard.type("Nur mit Tasten");
    await to("Kurzbeschreibung");
    await page.keyboard.type("Ein Satz.");
    await v.heard();
    await press("Control+Shift+Enter");
    await page.getByText("Veröffentlicht heute").first().waitFor();
    assert.deepEqual(await v.heard(), ["Nur mit Tasten: veröffentlicht"]);
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
    await to("Themen", "Shift+Tab");
    await press("Enter");
    await page.getByRole("link", { name: "Nur mit Tasten" }).waitFor();
    assert.equal(await v.focused(), "H1");
    console.log(`${keys} keys`);
  }));

test("a session that ends asks to sign in again, over the form", () =>
  signedIn(editor, async (v, page) => {
    await v.go("/content/topic");
    await page.locator("tbody th a").first().click();
    await page.getByLabel("Kurzbeschreibung", { exact: false }).first().fill("Bleibt erhalten.");
    await page.context().clearCookies();
    await page.keyboard.press("Control+s");
    const dialog = page.getByRole("dialog", { name: "Anmeldung" });
    await dialog.getByLabel("E-Mail-Adresse oder Benutzername").fill(editor);
    await dialog.getByLabel("Passwort").fill(password);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Kurzbeschreibung", { exact: false }).first().inputValue(), "Bleibt erhalten.");
    await page.keyboard.press("Control+s");
    await page.getByText(/^gespeichert/).first().waitFor();
  }));

test("an organizer sees the events of the own organisation and nothing else", () =>
  signedIn(organizer, async (v, page) => {
    const menu = page.getByRole("navigation", { name: "Hauptmenü" });
    const links = await menu.getByRole("link").allTextContents();
    assert.ok(links.includes("Veranstaltungen"), links.join());
    assert.ok(!links.includes("Projekte"), links.join());
    await v.go("/content/event");
    await page.locator("tbody tr").first().waitFor();
    assert.deepEqual(await v.check("organizer-list"), []);
    await page.locator("tbody th a").first().click();
    await page.locator(".prose").first().waitFor();
    assert.deepEqual(await v.check("organizer-form"), []);
    await v.go("/content/project");
    await page.getByText("Das gibt es nicht").first().waitFor();
    assert.equal(v.requests.some((r) => r.url.includes("/manage/entries/project")), false);
  }));

test("a preview and a new password", () =>
  signedIn(other, async (v, page) => {
    await v.go("/content/project");
    await page.locator("tbody th a").first().click();
    await page.getByRole("button", { name: "Vorschau" }).click();
    await page.getByText("Die Website ist in Kontor nicht eingetragen").waitFor();
    assert.deepEqual(await v.check("preview"), []);
    await page.getByRole("button", { name: "Schließen" }).click();
    await page.getByRole("link", { name: other }).click();
    await page.getByLabel("Bisheriges Passwort").fill("falsch geraten");
    await page.getByLabel("Neues Passwort", { exact: true }).fill(`${password} neu`);
    await page.getByLabel("Neues Passwort noch einmal").fill(`${password} neu`);
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Fehler").waitFor();
    assert.deepEqual(await v.check("password"), []);
    await page.getByLabel("Bisheriges Passwort").fill(password);
    await page.getByLabel("Neues Passwort", { exact: true }).fill(`${password} neu`);
    await page.getByLabel("Neues Passwort noch einmal").fill(`${password} neu`);
    await v.heard();
    await page.keyboard.press("Enter");
    await page.getByText("Das Passwort ist geändert.").first().waitFor();
    assert.equal((await v.heard()).length, 1);
    server.run("user", "passwd", "--email", other, "--password-stdin");
  }));

test("to the trash and back, with the history of it", () =>
  signedIn(editor, async (v, page) => {
    await v.go("/content/article/new");
    await page.getByLabel("Titel", { exact: false }).first().fill("Kommt und geht");
    await page.getByRole("button", { name: "Entwurf speichern" }).click();
    await page.waitForURL(/\/content\/article\/[a-z0-9]{24}/);
    await page.getByRole("button", { name: "In den Papierkorb" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "In den Papierkorb" }).click();
    await page.waitForURL(/\/content\/article$/);
    await page.getByRole("heading", { level: 1, name: "Artikel" }).waitFor();
    assert.equal((await v.heard()).at(-1), "Kommt und geht: im Papierkorb");
    assert.equal(await v.focused(), "H1");
    await v.go("/trash/article");
    await page.getByRole("button", { name: "Kommt und geht: Wiederherstellen" }).click();
    await page.getByText("Der Papierkorb ist leer.").waitFor();
    assert.deepEqual(await v.heard(), ["Kommt und geht: wiederhergestellt"]);
    assert.equal(await v.focused(), "H1");
    await v.go("/content/article?q=Kommt");
    await page.getByRole("link", { name: "Kommt und geht" }).click();
    await page.getByRole("link", { name: "Verlauf" }).click();
    await page.getByText("in den Papierkorb gelegt").waitFor();
  }));

test("a municipality that projects need can't be deleted, and the dialog says why", () =>
  signedIn(editor, async (v, page) => {
    const { data } = await (await fetch(`${server.url}/api/projects?populate=municipalities&pagination[limit]=1`)).json();
    await v.go(`/content/municipality/${data[0].municipalities[0].documentId}`);
    await page.getByRole("button", { name: "In den Papierkorb" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("verlieren den Verweis").waitFor();
    await dialog.getByRole("button", { name: "In den Papierkorb" }).click();
    await dialog.getByRole("alert").getByText(/Eintr(ag braucht|äge brauchen) ihn/).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await v.focused(), "BUTTON");
  }));

test("many at once", () =>
  signedIn(editor, async (v, page) => {
    await v.go("/content/faq?status=published");
    await page.locator("tbody input").nth(0).check();
    await page.locator("tbody input").nth(1).check();
    await page.getByRole("button", { name: "Offline nehmen …" }).click();
    await v.heard();
    await page.getByRole("button", { name: "2 Einträge offline nehmen" }).click();
    await page.getByText("2 erledigt").first().waitFor();
    assert.deepEqual(await v.heard(), ["2 erledigt"]);
    assert.equal(await v.focused(), "H1");
  }));

test("English has every text, and stays chosen", () =>
  signedIn(editor, async (v, page) => {
    await page.getByLabel("Sprache der Oberfläche").selectOption("en");
    await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Projects" }).click();
    await page.getByRole("link", { name: "Create Project" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await page.reload();
    await page.getByRole("link", { name: "Create Project" }).waitFor();
  }));
