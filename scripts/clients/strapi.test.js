// Every method and every option of @strapi/client, against a running kontor.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as strapi from "@strapi/client";
import { password, schemas, startKontor } from "./kontor.js";

const documentId = /^[a-z0-9]{24}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const json = { "Content-Type": "application/json" };

let kontor;
let editor; // by token
let anyone; // without credentials
const made = { topics: {}, towns: {}, projects: {} };

before(async () => {
  kontor = await startKontor();
  editor = strapi.strapi({ baseURL: kontor.api, auth: kontor.tokens.editor });
  anyone = strapi.strapi({ baseURL: kontor.api });
  for (const name of ["Abwasser", "Bauhof", "Übergänge"]) {
    made.topics[name] = (await editor.collection("topics").create({ name })).data;
  }
  for (const [name, ags, population] of [["Nottuln", "05558032", 19500], ["Köln", "05315000", 1087863]]) {
    made.towns[name] = (await editor.collection("municipalities").create({ name, ags, population, area: 85.67 })).data;
  }
  const person = (await editor.collection("persons").create({ name: "Muster", phone: "123" })).data;
  for (const [title, topics, municipalities, more] of [
    ["Bauhof A", ["Abwasser", "Bauhof"], ["Nottuln"], { phase: "planned", startYear: 2015, contact: person.documentId, links: [{ label: "L" }] }],
    ["bauhof b", ["Bauhof", "Übergänge"], ["Nottuln", "Köln"], { phase: "running", startYear: 2018, budget: 1000.5 }],
    ["Über allem", ["Abwasser"], ["Köln"], { phase: "running", bestPractice: true, secret: "s", summary: "Bauhof und mehr" }],
  ]) {
    const relations = { topics: topics.map((t) => made.topics[t].documentId), municipalities: municipalities.map((m) => made.towns[m].documentId) };
    made.projects[title] = (await editor.collection("projects").create({ title, ...relations, ...more })).data;
  }
});
after(() => kontor?.stop());

// fails expects an error of the client's class with Kontor's status, name and message, and gives the details.
async function fails(call, Class, status, name, message) {
  let error;
  await assert.rejects(call, (e) => { error = e; return true; });
  assert.ok(error instanceof Class && error instanceof strapi.HTTPError, `${error.name}: ${error.message}`);
  assert.equal(error.response.status, status);
  const body = await error.response.json();
  assert.equal(body.data, null);
  assert.equal(body.error.status, status);
  assert.equal(body.error.name, name);
  assert.match(body.error.message, message);
  return body.error.details;
}

const titles = (answer) => answer.data.map((p) => p.title);
const projects = (params, by = anyone) => by.collection("projects").find({ sort: "id", ...params });

describe("collection().find", () => {
  test("a list is flat, without relations and hidden fields", async () => {
    const answer = await anyone.collection("projects").find();
    assert.deepEqual(answer.meta, { pagination: { page: 1, pageSize: 25, pageCount: 1, total: 3 } });
    assert.equal(answer.data.length, 3);
    for (const p of answer.data) {
      assert.match(p.documentId, documentId);
      assert.ok(Number.isInteger(p.id));
      for (const at of ["createdAt", "updatedAt", "publishedAt"]) assert.match(p[at], instant);
      assert.equal(p.locale, "en");
      for (const absent of ["topics", "municipalities", "contact", "links", "secret"]) assert.ok(!(absent in p), absent);
      for (const nothing of ["slug", "body", "checkedAt"]) assert.equal(p[nothing], null);
    }
  });

  test("fields", async () => {
    const answer = await projects({ fields: ["title", "phase"] });
    assert.deepEqual(Object.keys(answer.data[0]).sort(), ["documentId", "id", "phase", "title"]);
    const details = await fails(projects({ fields: ["secret"] }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key secret$/);
    assert.deepEqual([details.key, details.source, details.param], ["secret", "query", "fields"]);
    assert.equal((await projects({ fields: ["secret"] }, editor)).data[2].secret, "s");
  });

  test("sort by text, by list, by several", async () => {
    assert.deepEqual(titles(await projects({ sort: "title" })), ["Bauhof A", "bauhof b", "Über allem"]);
    assert.deepEqual(titles(await projects({ sort: "title:desc" })), ["Über allem", "bauhof b", "Bauhof A"]);
    assert.deepEqual(titles(await projects({ sort: ["phase:desc", "title:desc"] })), ["Über allem", "bauhof b", "Bauhof A"]);
    assert.deepEqual(titles(await projects({ sort: "startYear" })), ["Über allem", "Bauhof A", "bauhof b"]);
    await fails(projects({ sort: "title:sideways" }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid order/);
    assert.equal((await projects({ sort: "contact.name:desc" })).data[0].documentId, (await projects({ filters: { contact: { $notNull: true } } })).data[0].documentId);
    await fails(projects({ sort: "topics.name" }), strapi.HTTPBadRequestError, 400, "ValidationError", /relation to many/);
  });

  test("pagination by page", async () => {
    const answer = await projects({ pagination: { page: 2, pageSize: 2 } });
    assert.deepEqual(titles(answer), ["Über allem"]);
    assert.deepEqual(answer.meta.pagination, { page: 2, pageSize: 2, pageCount: 2, total: 3 });
  });

  test("pagination by offset", async () => {
    const answer = await projects({ pagination: { start: 1, limit: 1 } });
    assert.deepEqual(titles(answer), ["bauhof b"]);
    assert.deepEqual(answer.meta.pagination, { start: 1, limit: 1, total: 3 });
  });

  test("pagination without a count, and both modes at once", async () => {
    assert.deepEqual((await projects({ pagination: { withCount: false } })).meta.pagination, { page: 1, pageSize: 25 });
    await fails(projects({ pagination: { page: 1, limit: 2 } }), strapi.HTTPBadRequestError, 400, "PaginationError", /^Cannot use both/);
  });

  const filters = [
    [{ title: "Bauhof A" }, ["Bauhof A"]],
    [{ title: { $eq: "Bauhof A" } }, ["Bauhof A"]],
    [{ title: { $eqi: "ÜBER ALLEM" } }, ["Über allem"]],
    [{ title: { $ne: "Bauhof A" } }, ["bauhof b", "Über allem"]],
    [{ title: { $nei: "BAUHOF a" } }, ["bauhof b", "Über allem"]],
    [{ title: { $in: ["Bauhof A", "Über allem"] } }, ["Bauhof A", "Über allem"]],
    [{ title: { $notIn: ["Bauhof A"] } }, ["bauhof b", "Über allem"]],
    [{ title: { $contains: "auhof" } }, ["Bauhof A", "bauhof b"]],
    [{ title: { $notContains: "auhof" } }, ["Über allem"]],
    [{ title: { $containsi: "BAU" } }, ["Bauhof A", "bauhof b"]],
    [{ title: { $notContainsi: "BAU" } }, ["Über allem"]],
    [{ title: { $startsWith: "Bau" } }, ["Bauhof A"]],
    [{ title: { $startsWithi: "Bau" } }, ["Bauhof A", "bauhof b"]],
    [{ title: { $endsWith: "A" } }, ["Bauhof A"]],
    [{ title: { $endsWithi: "B" } }, ["bauhof b"]],
    [{ startYear: { $lt: 2018 } }, ["Bauhof A"]],
    [{ startYear: { $lte: 2018 } }, ["Bauhof A", "bauhof b"]],
    [{ startYear: { $gt: 2015 } }, ["bauhof b"]],
    [{ startYear: { $gte: 2015 } }, ["Bauhof A", "bauhof b"]],
    [{ startYear: { $between: [2015, 2016] } }, ["Bauhof A"]],
    [{ startYear: { $null: true } }, ["Über allem"]],
    [{ startYear: { $notNull: true } }, ["Bauhof A", "bauhof b"]],
    [{ bestPractice: true }, ["Über allem"]],
    [{ $or: [{ phase: "planned" }, { bestPractice: true }] }, ["Bauhof A", "Über allem"]],
    [{ $and: [{ phase: "running" }, { startYear: { $gt: 2000 } }] }, ["bauhof b"]],
    [{ $not: { phase: "running" } }, ["Bauhof A"]],
    [{ title: { $not: { $contains: "auhof" } } }, ["Über allem"]],
    [{ topics: { name: "Bauhof" } }, ["Bauhof A", "bauhof b"]],
    [{ topics: { name: { $startsWith: "Ab" } }, municipalities: { population: { $gt: 1000000 } } }, ["Über allem"]],
    [{ contact: { name: "Muster" } }, ["Bauhof A"]],
    [{ contact: { $null: true } }, ["bauhof b", "Über allem"]],
    [{ id: { $in: [] } }, []],
  ];
  for (const [filter, want] of filters) {
    test(`filters ${JSON.stringify(filter)}`, async () => assert.deepEqual(titles(await projects({ filters: filter })), want));
  }

  test("filters by ids", async () => {
    const a = made.projects["Bauhof A"];
    assert.deepEqual(titles(await projects({ filters: { documentId: { $in: [a.documentId] } } })), ["Bauhof A"]);
    assert.deepEqual(titles(await projects({ filters: { id: a.id } })), ["Bauhof A"]);
    assert.deepEqual(titles(await projects({ filters: { topics: { documentId: made.topics.Abwasser.documentId } } })), ["Bauhof A", "Über allem"]);
    assert.deepEqual(titles(await projects({ filters: { topics: made.topics.Abwasser.id } })), ["Bauhof A", "Über allem"]);
  });

  test("filters on what does not exist, or not for this caller", async () => {
    for (const key of ["nope", "secret", "createdBy"]) {
      const details = await fails(projects({ filters: { [key]: "x" } }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key/);
      assert.equal(details.key, key);
    }
    await fails(projects({ filters: { contact: { phone: "123" } } }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key phone at contact.phone$/);
    await fails(projects({ filters: { title: { $nope: 1 } } }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key \$nope at title$/);
    assert.deepEqual(titles(await projects({ filters: { secret: "s" } }, editor)), ["Über allem"]);
  });

  const populates = [
    ["*", ["contact", "links", "localizations", "municipalities", "topics"]],
    ["topics", ["topics"]],
    [["topics", "contact"], ["contact", "topics"]],
    [{ topics: true }, ["topics"]],
    [{ topics: "*" }, ["topics"]],
    [{ topics: { fields: ["name"] }, links: true }, ["links", "topics"]],
  ];
  for (const [populate, want] of populates) {
    test(`populate ${JSON.stringify(populate)}`, async () => {
      const [a] = (await projects({ populate, fields: ["title"] })).data;
      assert.deepEqual(Object.keys(a).sort(), ["documentId", "id", "title", ...want].sort());
      if (want.includes("topics")) assert.deepEqual(a.topics.map((t) => t.name), ["Abwasser", "Bauhof"]);
      if (want.includes("contact")) assert.equal(a.contact.name, "Muster");
      if (want.includes("contact")) assert.ok(!("phone" in a.contact));
      if (want.includes("links")) assert.deepEqual(a.links.map((l) => [l.label, l.url]), [["L", null]]);
    });
  }

  test("populate with fields, filters, sort and a level more", async () => {
    const { data } = await projects({
      populate: { topics: { fields: ["name"], filters: { name: { $ne: "Abwasser" } }, sort: "name:desc" } },
      filters: { title: "bauhof b" },
    });
    assert.deepEqual(data[0].topics.map((t) => Object.keys(t).sort()), [["documentId", "id", "name"], ["documentId", "id", "name"]]);
    assert.deepEqual(data[0].topics.map((t) => t.name), ["Übergänge", "Bauhof"]);
    await fails(projects({ populate: { contact: { fields: ["phone"] } } }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key phone/);
    await fails(projects({ populate: "title" }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key title$/);
    assert.equal((await projects({ populate: { contact: { fields: ["phone"] } } }, editor)).data[0].contact.phone, "123");
  });

  test("an unknown type, parameter, locale", async () => {
    await fails(anyone.collection("nothing").find(), strapi.HTTPNotFoundError, 404, "NotFoundError", /^Not Found$/);
    assert.equal((await projects({ nonsense: 1 })).data.length, 3);
    await fails(projects({ filter: { title: "x" } }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid parameter filter: filters is meant$/);
    await fails(projects({ locale: "xx" }), strapi.HTTPBadRequestError, 400, "ValidationError", /locale/i);
  });

  test("the path option", async () => {
    assert.equal((await anyone.collection("anything", { path: "/projects" }).find()).data.length, 3);
  });
});

describe("collection().findOne, create, update, delete", () => {
  test("findOne", async () => {
    const a = made.projects["Bauhof A"];
    const answer = await anyone.collection("projects").findOne(a.documentId, { populate: ["topics"], fields: ["title"] });
    assert.deepEqual(answer.meta, {});
    assert.deepEqual([answer.data.id, answer.data.title, answer.data.topics.length], [a.id, "Bauhof A", 2]);
    await fails(anyone.collection("projects").findOne("doesnotexist"), strapi.HTTPNotFoundError, 404, "NotFoundError", /^Not Found$/);
  });

  test("a whole life, with a stable id", async () => {
    const all = editor.collection("projects");
    const created = await all.create({ title: "Neu", extra: { a: [1, { b: null }] }, topics: { connect: [made.topics.Bauhof.documentId] } }, { populate: "topics" });
    const { id, documentId: doc } = created.data;
    assert.deepEqual(created.data.extra, { a: [1, { b: null }] });
    assert.deepEqual(created.data.topics.map((t) => t.name), ["Bauhof"]);

    const updated = await all.update(doc, { phase: "running", topics: { disconnect: [made.topics.Bauhof.documentId] } }, { populate: ["topics"] });
    assert.deepEqual([updated.data.id, updated.data.title, updated.data.phase, updated.data.topics], [id, "Neu", "running", []]);
    assert.equal((await all.update(doc, { phase: null })).data.phase, null);
    assert.equal((await anyone.collection("projects").findOne(doc)).data.title, "Neu");

    assert.equal(await all.delete(doc), undefined);
    await fails(anyone.collection("projects").findOne(doc), strapi.HTTPNotFoundError, 404, "NotFoundError", /./);
    await fails(all.update(doc, { title: "x" }), strapi.HTTPNotFoundError, 404, "NotFoundError", /./);
    assert.equal(await all.delete(doc), undefined);
  });

  test("drafts stay with the editors", async () => {
    const all = editor.collection("projects");
    const draft = (await all.create({ summary: "ohne Titel" }, { status: "draft" })).data;
    assert.deepEqual([draft.title, draft.publishedAt], [null, null]);
    await fails(anyone.collection("projects").findOne(draft.documentId), strapi.HTTPNotFoundError, 404, "NotFoundError", /./);
    assert.ok(!(await projects({})).data.some((p) => p.documentId === draft.documentId));
    for (const call of [() => projects({ status: "draft" }), () => anyone.collection("projects").findOne(draft.documentId, { status: "draft" })]) {
      await fails(call(), strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
    }
    assert.equal((await all.findOne(draft.documentId, { status: "draft" })).data.summary, "ohne Titel");

    // What is published needs its title; the draft does not.
    const details = await fails(all.update(draft.documentId, {}), strapi.HTTPBadRequestError, 400, "ValidationError", /^title must be/);
    assert.deepEqual(details.errors.map((e) => e.path), [["title"]]);
    await all.update(draft.documentId, { title: "Mit Titel" }, { status: "draft" });
    await fails(anyone.collection("projects").findOne(draft.documentId), strapi.HTTPNotFoundError, 404, "NotFoundError", /./);
    assert.equal((await all.update(draft.documentId, {})).data.title, "Mit Titel");
    await all.update(draft.documentId, { title: "Noch nicht" }, { status: "draft" });
    assert.equal((await anyone.collection("projects").findOne(draft.documentId, { status: "published" })).data.title, "Mit Titel");
    assert.equal((await all.find({ status: "draft", filters: { title: "Noch nicht" } })).data.length, 1);
    await all.delete(draft.documentId);
  });

  test("locales", async () => {
    const all = editor.collection("projects");
    const { documentId: doc } = made.projects["Bauhof A"];
    const german = (await all.update(doc, { title: "Bauhof auf Deutsch" }, { locale: "de" })).data;
    assert.deepEqual([german.locale, german.startYear, german.id], ["de", 2015, made.projects["Bauhof A"].id]);
    assert.deepEqual(titles(await projects({ locale: "de" })), ["Bauhof auf Deutsch"]);
    assert.equal((await anyone.collection("projects").findOne(doc)).data.title, "Bauhof A");
    const { data } = await anyone.collection("projects").findOne(doc, { populate: "localizations" });
    assert.deepEqual(data.localizations.map((l) => [l.locale, l.title]), [["de", "Bauhof auf Deutsch"]]);
    await all.delete(doc, { locale: "de" });
    assert.deepEqual(titles(await projects({ locale: "de" })), []);
    assert.equal((await anyone.collection("projects").findOne(doc)).data.title, "Bauhof A");
  });

  test("a wrong body names every field", async () => {
    const body = { title: "x".repeat(61), startYear: 1800, phase: "nope", startsOn: "01.03.2020" };
    const details = await fails(editor.collection("projects").create(body), strapi.HTTPBadRequestError, 400, "ValidationError", /^4 errors occurred$/);
    assert.deepEqual(details.errors.map((e) => e.path[0]).sort(), ["phase", "startYear", "startsOn", "title"]);
    for (const e of details.errors) assert.ok(e.message && e.messages.de && e.messages.en);
    await fails(editor.collection("projects").create({ title: "x", nope: 1 }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key nope$/);
    await fails(editor.collection("municipalities").create({ name: "x", ags: "05315000" }), strapi.HTTPBadRequestError, 400, "ValidationError", /unique/);
  });

  test("what others use is not deleted", async () => {
    await fails(editor.collection("topics").delete(made.topics.Bauhof.documentId), strapi.HTTPError, 409, "ConflictError", /used by/);
  });
});

describe("single()", () => {
  test("find, update, delete", async () => {
    const settings = editor.single("settings");
    await fails(anyone.single("settings").find(), strapi.HTTPNotFoundError, 404, "NotFoundError", /^Not Found$/);
    const written = await settings.update({ siteName: "Portal" });
    assert.match(written.data.documentId, documentId);
    assert.deepEqual((await anyone.single("settings").find({ fields: ["siteName"] })).data, {
      id: written.data.id, documentId: written.data.documentId, siteName: "Portal",
    });
    assert.equal((await settings.update({ siteName: "Portal 2" }, { status: "draft" })).data.publishedAt, null);
    assert.equal((await anyone.single("settings").find()).data.siteName, "Portal");
    await fails(anyone.single("settings").update({ siteName: "x" }), strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
    assert.equal(await settings.delete(), undefined);
    await fails(anyone.single("settings").find(), strapi.HTTPNotFoundError, 404, "NotFoundError", /./);
  });
});

describe("who is calling", () => {
  test("without a token nothing is written", async () => {
    const topics = anyone.collection("topics");
    const { documentId: doc } = made.topics.Bauhof;
    for (const call of [() => topics.create({ name: "x" }), () => topics.update(doc, { name: "x" }), () => topics.delete(doc)]) {
      await fails(call(), strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
    }
  });

  test("the site's token reads what anyone reads and writes nothing", async () => {
    const site = strapi.strapi({ baseURL: kontor.api, auth: kontor.tokens.site });
    const options = { sort: "title", populate: "*" };
    assert.deepEqual(await site.collection("projects").find(options), await anyone.collection("projects").find(options));
    await fails(site.collection("projects").find({ status: "draft" }), strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
    await fails(site.collection("projects").find({ fields: ["secret"] }), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid key secret$/);
    await fails(site.collection("topics").create({ name: "x" }), strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
  });

  test("a wrong token is refused where the public may read", async () => {
    const stranger = strapi.strapi({ baseURL: kontor.api, auth: "wrong" });
    await fails(stranger.collection("topics").find(), strapi.HTTPAuthorizationError, 401, "UnauthorizedError", /^Missing or invalid credentials$/);
  });

  test("the client's own sign-in, by name and password", async () => {
    const withPassword = (identifier, secret) =>
      new anyone.constructor({ baseURL: kontor.api, auth: { strategy: "users-permissions", options: { identifier, password: secret } } });
    const { data } = await withPassword("editor@example.org", password).collection("topics").create({ name: "Von Hand" });
    await editor.collection("topics").delete(data.documentId);
    // The client goes on without credentials where its sign-in failed.
    const create = withPassword("editor@example.org", "wrong").collection("topics").create({ name: "x" });
    await fails(create, strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
  });

  test("auth/local and users/me by client.fetch", async () => {
    const signIn = (identifier, secret) =>
      anyone.fetch("/auth/local", { method: "POST", body: JSON.stringify({ identifier, password: secret }), headers: json });
    const { jwt, user } = await (await signIn("editor@example.org", password)).json();
    assert.equal(user.email, "editor@example.org");
    const me = await strapi.strapi({ baseURL: kontor.api, auth: jwt }).fetch("/users/me");
    assert.deepEqual(await me.json(), user);
    await fails(signIn("editor@example.org", "wrong"), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid identifier or password$/);
    await fails(signIn("nobody@example.org", "wrong"), strapi.HTTPBadRequestError, 400, "ValidationError", /^Invalid identifier or password$/);
    await fails(anyone.fetch("/users/me"), strapi.HTTPAuthorizationError, 401, "UnauthorizedError", /./);
  });

  for (const [name, options] of [["by its name", undefined], ["by the plugin option", { plugin: { name: "users-permissions", prefix: "" } }]]) {
    test(`collection("users") ${name}`, async () => {
      const users = strapi.strapi({ baseURL: kontor.api, auth: kontor.tokens.admin }).collection("users", options);
      const email = `${name.replaceAll(" ", "-")}@example.org`;
      const created = await users.create({ email, username: email, password, role: "editor" });
      assert.deepEqual([created.email, created.role.name, created.blocked], [email, "editor", false]);
      assert.ok(!JSON.stringify(created).includes("argon2"));
      assert.equal((await users.findOne(created.id)).email, email);
      assert.ok((await users.find()).some((u) => u.id === created.id));
      assert.equal((await users.update(created.id, { blocked: true })).blocked, true);
      await users.delete(created.id);
      await fails(users.findOne(created.id), strapi.HTTPNotFoundError, 404, "NotFoundError", /./);
      for (const client of [anyone, editor]) {
        await fails(client.collection("users", options).find(), strapi.HTTPForbiddenError, 403, "ForbiddenError", /^Forbidden$/);
      }
    });
  }
});

describe("client.fetch", () => {
  test("any path, with the client's credentials", async () => {
    const response = await editor.fetch("/projects?status=draft&fields[0]=title&pagination[pageSize]=1&sort=id");
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^application\/json/);
    assert.deepEqual(titles(await response.json()), ["Bauhof A"]);
  });

  test("ETag, If-None-Match, If-Match", async () => {
    const { documentId: doc } = (await editor.collection("topics").create({ name: "Eins" })).data;
    const path = `/topics/${doc}`;
    const put = (name, etag) =>
      editor.fetch(path, { method: "PUT", body: JSON.stringify({ data: { name } }), headers: { ...json, "If-Match": etag } });
    const first = (await editor.fetch(path)).headers.get("etag");
    await assert.rejects(editor.fetch(path, { headers: { "If-None-Match": first } }), (e) => e.response.status === 304);
    const second = (await put("Zwei", first)).headers.get("etag");
    await fails(put("Drei", first), strapi.HTTPError, 412, "PreconditionFailedError", /./);
    assert.equal((await put("Drei", second)).status, 200);
    await editor.collection("topics").delete(doc);
  });

  test("an unknown path", async () => {
    await fails(anyone.fetch("/topics/a/b/c"), strapi.HTTPNotFoundError, 404, "NotFoundError", /^Not Found$/);
  });
});

describe("files", () => {
  const text = "Gemeinsam geht es besser.\n";
  const upload = (by = editor) => by.files.upload(new Blob([text]), { fileInfo: { name: "Über uns.txt", alternativeText: "Alt", caption: "Unter dem Bild" } });
  const forbidden = (call) => assert.rejects(call, (e) => e instanceof strapi.HTTPForbiddenError && e.name === "FileForbiddenError" && e.response.status === 403);
  const missing = (call) => assert.rejects(call, (e) => e instanceof strapi.HTTPNotFoundError && e.name === "FileNotFoundError" && e.response.status === 404);

  test("upload of a Blob, findOne, and the bytes", async () => {
    const [file, ...more] = await upload();
    assert.equal(more.length, 0);
    assert.ok(Number.isInteger(file.id));
    assert.deepEqual([file.name, file.alternativeText, file.caption, file.mime, file.ext], ["Über uns.txt", "Alt", "Unter dem Bild", "text/plain", ".txt"]);
    assert.match(file.createdAt, instant);
    assert.deepEqual(await editor.files.findOne(file.id), file);
    const url = new URL(file.url, kontor.api);
    assert.equal((await fetch(url)).status, 404, "nothing published refers to it, so it is not the public's");
    const answer = await fetch(url, { headers: { authorization: `Bearer ${kontor.tokens.editor}` } });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), text);
  });

  test("upload of a Buffer is named and sniffed", async () => {
    const [file] = await editor.files.upload(Buffer.from("%PDF-1.7\n%%EOF\n"), { filename: "vertrag.bin", mimetype: "text/html", fileInfo: { name: "vertrag.pdf" } });
    assert.deepEqual([file.name, file.mime], ["vertrag.pdf", "application/pdf"]);
  });

  test("find with filters and sort", async () => {
    const [file] = await upload();
    const found = await editor.files.find({ filters: { id: { $eq: file.id } } });
    assert.deepEqual(found, [file]);
    const sorted = await editor.files.find({ filters: { mime: { $eq: "text/plain" } }, sort: "id:desc" });
    assert.equal(sorted[0].id, file.id);
    assert.deepEqual(sorted.map((f) => f.id), sorted.map((f) => f.id).sort((a, b) => b - a));
  });

  test("update changes what is said of a file and nothing else", async () => {
    const [file] = await upload();
    const changed = await editor.files.update(file.id, { name: "Neu.txt", alternativeText: "Neu" });
    assert.deepEqual([changed.name, changed.alternativeText, changed.caption, changed.hash], ["Neu.txt", "Neu", "Unter dem Bild", file.hash]);
    assert.equal((await editor.files.findOne(file.id)).alternativeText, "Neu");
  });

  test("delete", async () => {
    const [file] = await upload();
    assert.equal((await editor.files.delete(file.id)).id, file.id);
    await missing(editor.files.findOne(file.id));
    await missing(editor.files.delete(file.id));
    await missing(editor.files.update(file.id, { name: "x" }));
  });

  test("without the right to", async () => {
    const [file] = await upload();
    await forbidden(upload(anyone));
    await forbidden(anyone.files.upload(Buffer.from("x"), { filename: "x.txt", mimetype: "text/plain" }));
    await forbidden(anyone.files.find());
    await forbidden(anyone.files.findOne(file.id));
    await forbidden(anyone.files.update(file.id, { name: "x" }));
    await forbidden(anyone.files.delete(file.id));
    assert.equal((await editor.files.findOne(file.id)).name, file.name);
  });
});

// Answers are kept in memory, and the command line writes past it.
test("what another process writes is seen soon, and stays", async () => {
  const find = async () => (await anyone.collection("topics").find({ filters: { name: { $startsWith: "Von außen" } } })).meta.pagination.total;
  const directory = mkdtempSync(join(tmpdir(), "kontor-import-"));
  const rows = join(directory, "topics.csv");
  for (const n of [1, 2, 3]) {
    for (let i = 0; i < 20; i++) assert.equal(await find(), n - 1);
    writeFileSync(rows, `name\nVon außen ${n}\n`);
    kontor.run(["import", "--schemas", schemas, "--type", "topic", "--publish", rows]);
    for (let tries = 0; await find() !== n; tries++) {
      assert.ok(tries < 500, `what import ${n} wrote is never seen`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (let i = 0; i < 20; i++) assert.equal(await find(), n);
  }
  rmSync(directory, { recursive: true });
});

// A new version of the client with more to call needs more tests.
test("nothing of the client is left out", () => {
  const calls = (object) => {
    const names = new Set();
    for (let o = object; o !== Object.prototype; o = Object.getPrototypeOf(o)) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(o))) {
        if (typeof value === "function" && value.constructor.name === "AsyncFunction") names.add(name);
      }
    }
    return [...names].sort();
  };
  assert.deepEqual(calls(editor.collection("topics")), ["create", "delete", "find", "findOne", "update"]);
  assert.deepEqual(calls(editor.collection("users")), ["create", "delete", "find", "findOne", "update"]);
  assert.deepEqual(calls(editor.single("settings")), ["delete", "find", "update"]);
  assert.deepEqual(calls(editor.files), ["delete", "find", "findOne", "update", "upload", "uploadBlob", "uploadBuffer"]);
  assert.deepEqual(Object.getOwnPropertyNames(Object.getPrototypeOf(editor)).sort(), [
    "auth", "baseURL", "collection", "constructor", "fetch", "init", "initAuth", "initHttp", "preflightValidation", "single",
  ]);
});

// The client sends Content-Type with every GET, so a browser on another site asks first.
test("a browser on another site is let in", async () => {
  const origin = "https://portal.example";
  const ask = { origin, "access-control-request-method": "PUT", "access-control-request-headers": "authorization,content-type" };
  const preflight = await fetch(`${kontor.api}/projects`, { method: "OPTIONS", headers: ask });
  assert.ok(preflight.ok);
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /PUT/);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/i);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /content-type/i);
  const answer = await fetch(`${kontor.api}/projects`, { headers: { origin } });
  assert.ok(["*", origin].includes(answer.headers.get("access-control-allow-origin")), "Access-Control-Allow-Origin is missing");
  const refused = await fetch(`${kontor.api}/projects?nope=1`, { headers: { origin } });
  assert.ok(["*", origin].includes(refused.headers.get("access-control-allow-origin")), "an error without Access-Control-Allow-Origin is unreadable");
});
