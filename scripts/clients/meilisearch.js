// What Meilisearch's own client can ask, of any version; portal gives the started sample portal.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { count, distance, topicsOf } from "./portal.js";

export function meilisearchSuite(name, { Meilisearch, MeilisearchApiError, MeilisearchError }, started) {
  describe(name, () => {
    let portal;
    let client;
    let projects;
    const titles = (result) => result.hits.map((h) => h.title);
    const total = async (filter) => (await projects.search("", { filter, limit: 0 })).estimatedTotalHits;
    before(() => {
      portal = started();
      client = new Meilisearch({ host: portal.search, apiKey: "any key" });
      projects = client.index("projects");
    });

    test("says that it is there", async () => {
      assert.deepEqual(await client.health(), { status: "available" });
      assert.equal(await client.isHealthy(), true);
      assert.equal((await client.getVersion()).pkgVersion, "kontor");
    });

    test("finds by text", async () => {
      const result = await projects.search("bauhof", { limit: 5 });
      assert.deepEqual([result.query, result.limit, result.offset, result.hits.length], ["bauhof", 5, 0, 5]);
      assert.ok(result.estimatedTotalHits >= 10 && Number.isInteger(result.processingTimeMs));
      for (const hit of result.hits) assert.match(JSON.stringify(hit), /bauh[oö]f/i);
      const hit = result.hits[0];
      const entry = portal.projects.find((p) => p.documentId === hit.documentId);
      assert.deepEqual([hit.title, hit.topics, hit.startYear, hit.id], [entry.title, topicsOf(entry), entry.startYear, entry.id]);
      assert.deepEqual((await projects.search("qqxyzzyqq")).hits, []);
      assert.equal((await projects.search()).estimatedTotalHits, portal.projects.length);
    });

    test("filters as /api knows the entries", async () => {
      const both = (f) => portal.projects.filter(f).length;
      const since = (y) => (p) => p.startYear >= y;
      const [a, b] = Object.keys(count(portal.projects.map(topicsOf)));
      const has = (t) => (p) => topicsOf(p).includes(t);
      for (const [filter, holds] of [
        ["startYear >= 2020", since(2020)],
        ["startYear 2015 TO 2018", (p) => p.startYear >= 2015 && p.startYear <= 2018],
        ["NOT startYear >= 2020", (p) => !since(2020)(p)],
        [`topics = "${a}"`, has(a)],
        [`topics != "${a}"`, (p) => !has(a)(p)],
        [[`topics = "${a}"`, "startYear > 2015"], (p) => has(a)(p) && p.startYear > 2015],
        [[[`topics = "${a}"`, `topics = "${b}"`], "startYear > 2010"], (p) => (has(a)(p) || has(b)(p)) && p.startYear > 2010],
        [`topics IN ["${a}", "${b}"] AND phase_id = running`, (p) => (has(a)(p) || has(b)(p)) && p.phase === "running"],
        [`topics NOT IN ["${a}", "${b}"]`, (p) => !has(a)(p) && !has(b)(p)],
        ["phase_id IN [planned, ended]", (p) => ["planned", "ended"].includes(p.phase)],
        ["bestPractice = true", (p) => p.bestPractice === true],
        ["startYear IN [2015, 2016]", (p) => [2015, 2016].includes(p.startYear)],
        ["municipalities.district EXISTS", (p) => p.municipalities.some((m) => m.district)],
        ["bestPracticeDate_ts NOT EXISTS", (p) => p.bestPracticeDate === null],
        ["bestPracticeDate_ts IS NOT NULL", (p) => p.bestPracticeDate !== null],
        ['topics STARTS WITH "Bau"', (p) => topicsOf(p).some((t) => t.startsWith("Bau"))],
        ["(phase_id = planned OR phase_id = ended) AND NOT bestPractice = true", (p) => ["planned", "ended"].includes(p.phase) && p.bestPractice !== true],
      ]) {
        assert.equal(await total(filter), both(holds), JSON.stringify(filter));
      }
    });

    test("counts facets and their bounds", async () => {
      const { facetDistribution, facetStats, hits } = await projects.search("", { facets: ["topics", "startYear", "phase_id"], limit: 0 });
      assert.deepEqual(hits, []);
      assert.deepEqual(facetDistribution.topics, count(portal.projects.map(topicsOf)));
      assert.deepEqual(facetDistribution.phase_id, count(portal.projects.map((p) => [p.phase])));
      const years = portal.projects.map((p) => p.startYear).filter((y) => y);
      assert.deepEqual(facetDistribution.startYear, count(years.map((y) => [y])));
      assert.deepEqual(facetStats, { startYear: { min: Math.min(...years), max: Math.max(...years) } });
      const all = (await projects.search("", { facets: ["*"], limit: 0 })).facetDistribution;
      for (const facet of ["topics", "municipalities.district", "bestPractice"]) assert.ok(Object.keys(all[facet]).length > 0, facet);
    });

    test("sorts", async () => {
      const params = { sort: ["startYear:desc", "title:asc"], limit: 1000, attributesToRetrieve: ["title", "startYear"] };
      const { hits } = await projects.search("", params);
      assert.equal(hits.length, portal.projects.length);
      const collator = new Intl.Collator("de");
      for (let i = 1; i < hits.length; i++) {
        const [x, y] = [hits[i - 1], hits[i]];
        assert.ok(x.startYear > y.startYear || (x.startYear === y.startYear && collator.compare(x.title, y.title) <= 0) || y.startYear === undefined, `${x.title} before ${y.title}`);
        assert.deepEqual(Object.keys(y).filter((k) => !["title", "startYear"].includes(k)), []);
      }
    });

    test("pages in both ways, without gaps", async () => {
      const seen = new Set();
      const params = { sort: ["title:asc"], attributesToRetrieve: ["documentId"] };
      const size = 60;
      const first = await projects.search("", { ...params, page: 1, hitsPerPage: size });
      assert.deepEqual([first.page, first.hitsPerPage, first.totalHits, first.totalPages], [1, size, portal.projects.length, Math.ceil(portal.projects.length / size)]);
      assert.equal(first.estimatedTotalHits, undefined);
      for (let page = 1; page <= first.totalPages; page++) {
        const paged = await projects.search("", { ...params, page, hitsPerPage: size });
        const windowed = await projects.search("", { ...params, offset: (page - 1) * size, limit: size });
        assert.deepEqual(paged.hits, windowed.hits);
        for (const hit of paged.hits) seen.add(hit.documentId);
      }
      assert.equal(seen.size, portal.projects.length);
      const beyond = await projects.search("", { ...params, page: 1000, hitsPerPage: size });
      assert.deepEqual([beyond.hits, beyond.totalHits], [[], portal.projects.length]);
    });

    test("highlights, crops and tells where", async () => {
      const { hits } = await projects.search("bauhof", {
        attributesToRetrieve: ["title", "startYear", "body"], attributesToHighlight: ["title", "body"], attributesToCrop: ["body"], cropLength: 8,
        highlightPreTag: "<mark>", highlightPostTag: "</mark>", showMatchesPosition: true, showRankingScore: true,
      });
      assert.ok(hits.some((h) => /<mark>Bauh[oö]f/.test(h._formatted.title)));
      for (const hit of hits) {
        assert.equal(hit._formatted.title.replace(/<\/?mark>/g, ""), hit.title);
        assert.equal(hit._formatted.startYear, hit.startYear === undefined ? undefined : String(hit.startYear));
        const plain = hit._formatted.body.replace(/<\/?mark>/g, "").replace(/^…|…$/g, "");
        assert.ok(hit.body.includes(plain) && plain.split(/\s+/).length <= 9, plain);
        const bytes = Buffer.from(hit.title);
        for (const { start, length } of hit._matchesPosition.title ?? []) assert.match(bytes.subarray(start, start + length).toString(), /bauh/i);
        assert.ok(hit._rankingScore > 0 && hit._rankingScore <= 1);
      }
      const scores = hits.map((h) => h._rankingScore);
      assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
    });

    test("searches around a place", async () => {
      const from = { lat: 51.5136, lng: 7.4653 };
      const { hits } = await projects.search("", { sort: [`_geoPoint(${from.lat}, ${from.lng}):asc`], limit: 1000, attributesToRetrieve: ["_geo"] });
      const near = hits.filter((h) => h._geo);
      assert.equal(near.length, portal.projects.filter((p) => p.location).length);
      assert.ok(near.length > 10);
      for (const [i, hit] of near.entries()) {
        assert.ok(Math.abs(hit._geoDistance - distance(from, hit._geo)) < 1 + hit._geoDistance / 200);
        if (i > 0) assert.ok(near[i - 1]._geoDistance <= hit._geoDistance);
      }
      const within = near.filter((h) => h._geoDistance <= 30_000).length;
      assert.equal(await total(`_geoRadius(${from.lat}, ${from.lng}, 30000)`), within);
      const box = (h) => h._geo.lat <= 51.7 && h._geo.lat >= 51.3 && h._geo.lng <= 7.8 && h._geo.lng >= 7.1;
      assert.equal(await total("_geoBoundingBox([51.7, 7.8], [51.3, 7.1])"), near.filter(box).length);
    });

    test("gives one hit for each value", async () => {
      const { hits } = await projects.search("", { distinct: "phase_id", limit: 100 });
      assert.deepEqual(hits.map((h) => h.phase_id).sort(), Object.keys(count(portal.projects.map((p) => [p.phase]))).sort());
    });

    test("takes words as told", async () => {
      const words = "bauhof kläranlage";
      const last = (await projects.search(words)).estimatedTotalHits;
      const all = (await projects.search(words, { matchingStrategy: "all" })).estimatedTotalHits;
      assert.ok(last > all, `${last} > ${all}`);
      const on = await projects.search("bauhof", { attributesToSearchOn: ["title"], limit: 100 });
      assert.ok(on.hits.length > 0);
      for (const title of titles(on)) assert.match(title, /bauh[oö]f/i);
      const best = await projects.search("bauhof", { rankingScoreThreshold: 0.9, showRankingScore: true, limit: 100 });
      for (const hit of best.hits) assert.ok(hit._rankingScore >= 0.9);
    });

    test("does the same by GET", async () => {
      const params = {
        filter: "startYear > 2010", sort: ["startYear:desc", "title:asc"], facets: ["topics", "phase"], attributesToRetrieve: ["title", "topics"],
        attributesToHighlight: ["title"], attributesToCrop: ["summary:5"], showMatchesPosition: true, limit: 7, offset: 2,
      };
      const [post, get] = [await projects.search("verwaltung", params), await projects.searchGet("verwaltung", params)];
      for (const r of [post, get]) delete r.processingTimeMs;
      assert.ok(post.hits.length > 0);
      assert.deepEqual(get, post);
    });

    test("answers several searches at once", async () => {
      const { results } = await client.multiSearch({
        queries: [{ indexUid: "projects", q: "bauhof", limit: 1 }, { indexUid: "events", limit: 2 }, { indexUid: "all", q: "bauhof", facets: ["type"], hitsPerPage: 3 }],
      });
      assert.deepEqual(results.map((r) => [r.indexUid, r.hits.length]), [["projects", 1], ["events", 2], ["all", 3]]);
      assert.ok(Object.keys(results[2].facetDistribution.type).length > 1);
      assert.equal(results[2].facetDistribution.type.project, (await projects.search("bauhof")).estimatedTotalHits);
    });

    test("searches in the values of a facet", async () => {
      const { facetHits, facetQuery } = await projects.searchForFacetValues({ facetName: "topics", facetQuery: "bau" });
      assert.equal(facetQuery, "bau");
      const counts = count(portal.projects.map(topicsOf));
      assert.ok(facetHits.length > 0 && facetHits.length < Object.keys(counts).length);
      for (const { value, count: n } of facetHits) assert.equal(n, counts[value], value);
      const narrowed = await projects.searchForFacetValues({ facetName: "topics", facetQuery: "", filter: "startYear > 2020" });
      const expected = count(portal.projects.filter((p) => p.startYear > 2020).map(topicsOf));
      assert.deepEqual(Object.fromEntries(narrowed.facetHits.map((h) => [h.value, h.count])), expected);
    });

    test("says what is wrong", async () => {
      const wrong = async (call, status, code) =>
        assert.rejects(call, (e) => {
          assert.ok(e instanceof MeilisearchApiError && e instanceof MeilisearchError, e);
          assert.deepEqual([e.response.status, e.cause.code, e.cause.type], [status, code, "invalid_request"]);
          assert.equal(e.cause.link, `https://docs.meilisearch.com/errors#${code}`);
          assert.equal(e.message, e.cause.message);
          return true;
        });
      await wrong(client.index("movies").search("x"), 404, "index_not_found");
      await wrong(projects.search("x", { filter: "internalNote = 1" }), 400, "invalid_search_filter");
      await wrong(projects.search("x", { filter: "startYear >" }), 400, "invalid_search_filter");
      await wrong(projects.search("x", { sort: ["internalNote:asc"] }), 400, "invalid_search_sort");
      await wrong(projects.search("x", { facets: ["internalNote"] }), 400, "invalid_search_facets");
      await wrong(projects.search("x", { attributesToSearchOn: ["internalNote"] }), 400, "invalid_search_attributes_to_search_on");
      await wrong(projects.search("x", { hybrid: { embedder: "default" } }), 400, "feature_not_enabled");
      await wrong(projects.searchForFacetValues({ facetName: "internalNote" }), 400, "invalid_facet_search_facet_name");
      await wrong(client.multiSearch({ federation: {}, queries: [{ indexUid: "projects" }] }), 400, "feature_not_enabled");
      await wrong(client.getIndexes(), 404, "not_found");
      await wrong(projects.addDocuments([{ id: 1 }]), 404, "not_found");
      await wrong(client.createKey({ indexes: ["*"], actions: ["*"], expiresAt: null }), 404, "not_found");
    });
  });
}
