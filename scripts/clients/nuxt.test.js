// The composables of @nuxtjs/strapi, as they are published, against a running kontor.
import assert from "node:assert/strict";
import { register } from "node:module";
import { after, before, describe, test } from "node:test";
import { password, startKontor } from "./kontor.js";

register("./nuxt-hooks.js", import.meta.url);
const nuxt = await import("./nuxt.js");
const runtime = (path) => import(`./node_modules/@nuxtjs/strapi/dist/runtime/${path}.js`);
const { useStrapiAuth } = await runtime("composables/useStrapiAuth");
const { useStrapiClient } = await runtime("composables/useStrapiClient");
const { useStrapiGraphQL } = await runtime("composables/useStrapiGraphQL");
const { useStrapiMedia } = await runtime("composables/useStrapiMedia");
const { useStrapiUrl } = await runtime("composables/useStrapiUrl");
const { useStrapiUser } = await runtime("composables/useStrapiUser");
const { useStrapiToken } = await runtime("composables/useStrapiToken");
const { useStrapiVersion } = await runtime("composables/useStrapiVersion");
const { default: plugin } = await runtime("plugins/strapi");
const versions = { v5: (await runtime("composables-v5/useStrapi")).useStrapi, v4: (await runtime("composables-v4/useStrapi")).useStrapi };

let kontor;
before(async () => {
  kontor = await startKontor();
  nuxt.useRuntimeConfig().public.strapi.url = new URL(kontor.api).origin;
});
after(() => kontor?.stop());

// refused expects the error body that useStrapiClient throws and reports to the app.
async function refused(call, status, name) {
  await assert.rejects(call, (e) => e.error?.status === status && e.error.name === name && e.data === null);
  assert.equal(nuxt.useNuxtApp().reported.pop()[0], "strapi:error");
}

test("where things are", () => {
  assert.equal(useStrapiUrl(), kontor.api);
  assert.equal(useStrapiVersion(), "v5");
  assert.equal(useStrapiMedia("/files/x"), new URL("/files/x", kontor.api).href);
});

describe("useStrapiAuth", () => {
  test("a stranger is told so", async () => {
    const { login, register, forgotPassword, resetPassword, sendEmailConfirmation, authenticateProvider } = useStrapiAuth();
    await refused(login({ identifier: "editor@example.org", password: "wrong" }), 400, "ValidationError");
    await refused(register({ username: "x", email: "x@example.org", password }), 400, "ValidationError");
    await refused(forgotPassword({ email: "editor@example.org" }), 501, "NotImplementedError");
    await refused(resetPassword({ code: "x", password, passwordConfirmation: password }), 501, "NotImplementedError");
    await refused(sendEmailConfirmation({ email: "editor@example.org" }), 501, "NotImplementedError");
    await refused(authenticateProvider("github", "x"), 404, "NotFoundError");
    assert.equal(useStrapiToken().value, null);
  });

  test("login, fetchUser, changePassword, logout", async () => {
    const { login, fetchUser, changePassword, logout } = useStrapiAuth();
    const { user, jwt } = await login({ identifier: "admin@example.org", password });
    assert.equal(user.value.email, "admin@example.org");
    assert.equal(useStrapiToken().value, jwt);
    assert.equal((await fetchUser()).value.id, user.value.id);
    const other = "another password of some length";
    await refused(changePassword({ currentPassword: "wrong", password: other, passwordConfirmation: other }), 400, "ValidationError");
    await changePassword({ currentPassword: password, password: other, passwordConfirmation: other });
    logout();
    await refused(login({ identifier: "admin@example.org", password }), 400, "ValidationError");
    assert.equal(useStrapiUser().value, null);
  });

  test("the plugin finds out at the start who has a token, and drops one that is worth nothing", async () => {
    const { jwt } = await useStrapiAuth().login({ identifier: "editor@example.org", password });
    useStrapiUser().value = null;
    await plugin();
    assert.equal(useStrapiUser().value.email, "editor@example.org");
    useStrapiUser().value = null;
    useStrapiToken().value = `${jwt}x`;
    await plugin();
    assert.deepEqual([useStrapiToken().value, useStrapiUser().value], [null, null]);
  });
});

for (const [version, useStrapi] of Object.entries(versions)) {
  test(`useStrapi of ${version}`, async () => {
    nuxt.useRuntimeConfig().public.strapi.version = version;
    const { find, findOne, create, update, delete: remove } = useStrapi();
    useStrapiAuth().logout();
    await refused(create("topics", { name: "x" }), 403, "ForbiddenError");
    await useStrapiAuth().login({ identifier: "editor@example.org", password });

    const topic = (await create("topics", { name: `Ämter ${version}` })).data;
    const project = (await create("projects", { title: `Übergang & Co. ${version}`, startYear: 2020, topics: [topic.documentId] })).data;
    const { data, meta } = await find("projects", {
      filters: { title: { $startsWithi: "übergang &" }, topics: { name: { $in: [topic.name] } }, startYear: { $gte: 2020 } },
      populate: { topics: { fields: ["name"] } },
      fields: ["title", "startYear"],
      sort: ["title:desc", "startYear"],
      pagination: { page: 1, pageSize: 10 },
      locale: "en",
    });
    assert.deepEqual(meta.pagination, { page: 1, pageSize: 10, pageCount: 1, total: 1 });
    assert.deepEqual(data, [{
      id: project.id, documentId: project.documentId, title: project.title, startYear: 2020,
      topics: [{ id: topic.id, documentId: topic.documentId, name: topic.name }],
    }]);
    assert.equal((await find("projects", { _q: "übergang" })).data.length, 1);
    const { data: one } = await findOne("projects", project.documentId, { populate: ["topics", "contact"] });
    assert.deepEqual([one.topics[0].name, one.contact], [topic.name, null]);
    assert.equal((await update("projects", project.documentId, { startYear: 2021 })).data.startYear, 2021);
    await refused(update("projects", project.documentId, { startYear: "2021" }), 400, "ValidationError");
    await refused(findOne("projects", "doesnotexist"), 404, "NotFoundError");

    assert.equal((await update("settings", { siteName: "Portal" })).data.siteName, "Portal");
    assert.equal((await findOne("settings", undefined, { fields: ["siteName"] })).data.siteName, "Portal");
    if (version === "v5") await remove("settings");
    else await remove("settings", undefined);
    await refused(findOne("settings"), 404, "NotFoundError");

    await remove("projects", project.documentId);
    await remove("topics", topic.documentId);
    await refused(findOne("topics", topic.documentId), 404, "NotFoundError");
  });
}

test("useStrapi of v5 takes parameters when it writes", async () => {
  const { create, update, delete: remove, findOne } = versions.v5();
  const { data } = await create("projects", { title: "Entwurf" }, { status: "draft", fields: ["title"] });
  assert.deepEqual(Object.keys(data).sort(), ["documentId", "id", "title"]);
  assert.equal((await findOne("projects", data.documentId, { status: "draft" })).data.publishedAt, null);
  await refused(findOne("projects", data.documentId), 404, "NotFoundError");
  await update("projects", data.documentId, { title: "Auf Deutsch" }, { locale: "de", status: "draft" });
  await remove("projects", data.documentId, { locale: "de" });
  await remove("projects", data.documentId);
});

test("useStrapiClient by itself", async () => {
  assert.equal((await useStrapiClient()("/users/me")).email, "editor@example.org");
  assert.deepEqual((await useStrapiClient()("/topics", { params: { filters: { id: { $in: [] } } } })).data, []);
});

test("there is no GraphQL", async () => {
  await assert.rejects(useStrapiGraphQL()("{ topics { name } }"), (e) => e.status === 404);
});
