// What a public site needs beside Strapi's own: previews and the fallback to the default locale, with @strapi/client as a site has it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as strapi from "@strapi/client";
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
