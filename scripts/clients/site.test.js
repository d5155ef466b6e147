// What a public site needs beside Strapi's own: previews, the fallback to the default locale and the search, with @strapi/client and meilisearch as a
// site has them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as strapi from "@strapi/client";
import { Meilisearch } from "meilisearch";
import { startKontor } from "./kontor.js";

let kontor;
let editor;
let anyone;

before(async () => {
  kontor = await startKontor();
  editor = strapi.strapi({ baseURL: kontor.api, auth: kontor.tokens.editor });
  anyone = strapi.strapi({ baseURL: kontor.api });
});
after(() => kontor?.stop());

const forbidden = (call) => assert.rejects(call, (e) => e instanceof strapi.HTTPForbiddenError && e.response.status === 403);

test("a preview shows one draft to whoever has its token", async () => {
  const topic = (await editor.collection("topics").create({ name: "Kläranlage" }, { status: "draft" })).data;
  const draft = (await editor.collection("projects").create({ title: "Bald", secret: "s", topics: [topic.documentId] }, { status: "draft" })).data;
  const other = (await editor.collection("projects").create({ title: "Ein anderer" }, { status: "draft" })).data;
  const open = (await editor.collection("projects").create({ title: "Veröffentlicht" })).data;

  // An editor's browser asks for it, and opens the site's page with it.
  const manage = new URL(`../manage/entries/project/${draft.documentId}/previews`, `${kontor.api}/`);
  const answer = await fetch(manage, { method: "POST", headers: { authorization: `Bearer ${kontor.tokens.editor}` } });
  assert.equal(answer.status, 201);
  const { data } = await answer.json();
  assert.deepEqual([data.documentId, data.type, data.locale], [draft.documentId, "project", "en"]);
  assert.ok(new Date(data.expiresAt) - Date.now() <= 15 * 60_000);

  // The site makes a client for this one rendering, which also loads what is public.
  const site = strapi.strapi({ baseURL: kontor.api, auth: data.token });
  const shown = (await site.collection("projects").findOne(draft.documentId, { status: "draft", populate: ["topics"] })).data;
  assert.deepEqual([shown.title, shown.topics.map((t) => t.name), "secret" in shown], ["Bald", ["Kläranlage"], false]);
  assert.deepEqual((await site.collection("projects").find()).data.map((p) => p.title), ["Veröffentlicht"]);
  assert.equal((await site.collection("projects").findOne(open.documentId)).data.title, "Veröffentlicht");
  await forbidden(site.collection("projects").findOne(other.documentId, { status: "draft" }));
  await forbidden(site.collection("projects").find({ status: "draft" }));
  await forbidden(site.collection("topics").findOne(topic.documentId, { status: "draft" }));
  await forbidden(site.collection("projects").update(draft.documentId, { title: "x" }));
  await forbidden(anyone.collection("projects").findOne(draft.documentId, { status: "draft" }));
  const raw = await fetch(`${kontor.api}/projects/${draft.documentId}?status=draft`, { headers: { authorization: `Bearer ${data.token}` } });
  assert.equal(raw.headers.get("cache-control"), "private, no-store");
});

test("localeFallback fills in the default locale", async () => {
  const all = editor.collection("topics");
  const projects = editor.collection("projects");
  await Promise.all((await projects.find()).data.map((p) => projects.delete(p.documentId)));
  const topic = (await all.create({ name: "Bauhof" })).data;
  const titles = ["A", "B", "C", "D"];
  for (const title of titles) {
    const made = (await projects.create({ title, phase: "planned", topics: [topic.documentId] })).data;
    if (title === "A" || title === "C") await projects.update(made.documentId, { title: `${title} auf Deutsch` }, { locale: "de" });
    if (title === "D") await projects.update(made.documentId, { title: "Entwurf" }, { locale: "de", status: "draft" });
  }
  const list = async (params) => {
    const { data, meta } = await anyone.collection("projects").find({ locale: "de", localeFallback: true, sort: "title", ...params });
    return [data.map((p) => `${p.locale} ${p.title}`), meta.pagination.total];
  };
  assert.deepEqual(await list({}), [["de A auf Deutsch", "en B", "de C auf Deutsch", "en D"], 4]);
  assert.deepEqual(await list({ pagination: { page: 2, pageSize: 3 } }), [["en D"], 4]);
  assert.deepEqual(await list({ filters: { title: { $endsWith: "Deutsch" } } }), [["de A auf Deutsch", "de C auf Deutsch"], 2]);
  assert.deepEqual(await list({ filters: { title: "A" } }), [[], 0]);
  assert.deepEqual(await list({ localeFallback: false }), [["de A auf Deutsch", "de C auf Deutsch"], 2]);
  const { data } = await anyone.collection("projects").find({ filters: { title: "B" } });
  const one = (params) => anyone.collection("projects").findOne(data[0].documentId, { locale: "de", ...params });
  assert.equal((await one({ localeFallback: true, populate: "topics" })).data.topics[0].name, "Bauhof");
  await assert.rejects(one({}), strapi.HTTPNotFoundError);
});

test("the search follows what editors do", async () => {
  const found = async (q, index = "projects") => (await search.index(index).search(q, { attributesToRetrieve: ["title"] })).hits.map((h) => h.title);
  const search = new Meilisearch({ host: kontor.search });
  for (const end = Date.now() + 60_000; !(await search.isHealthy()); await new Promise((r) => setTimeout(r, 100))) {
    assert.ok(Date.now() < end, "the search is not filled");
  }
  const soon = async (q, want, index) => {
    for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
      if (JSON.stringify(await found(q, index)) === JSON.stringify(want)) return;
    }
    assert.deepEqual(await found(q, index), want);
  };
  const projects = editor.collection("projects");
  const { documentId } = (await projects.create({ title: "Zisternenbau", secret: "Verschlusssache" }, { status: "draft" })).data;
  const open = (await projects.create({ title: "Regenwasser", summary: "Zisternen für alle" })).data;
  await soon("zisterne", ["Regenwasser"]);
  await projects.update(documentId, {}); // publishes
  await soon("zisterne", ["Zisternenbau", "Regenwasser"]);
  assert.deepEqual(await found("verschlusssache"), []);
  await projects.update(documentId, { title: "Sickergrube" });
  await soon("zisterne", ["Regenwasser"]);
  await projects.update(documentId, { title: "Zisterne auf Deutsch" }, { locale: "de" });
  await soon("zisterne", ["Zisterne auf Deutsch"], "projects-de");
  await projects.delete(open.documentId);
  await soon("zisterne", []);
});
