// What a site does with InstantSearch: its core and its connectors, which are the widgets without their HTML, so that nothing here needs a browser.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { instantMeiliSearch } from "@meilisearch/instant-meilisearch";
import instantsearch from "instantsearch.js";
import connectors from "instantsearch.js/cjs/connectors/index.js";
import indexWidget from "instantsearch.js/cjs/widgets/index/index.js";
import { count, distance, topicsOf } from "./portal.js";

// page opens a page with widgets: each by the name under which its state is found afterwards, as [connector, parameters].
async function page(url, widgets, { options, indexName = "projects", others = {} } = {}) {
  const { searchClient } = instantMeiliSearch(url, "any key", options);
  const sent = []; // the requests of each round
  const search = instantsearch.default({
    indexName, future: { preserveSharedStateOnUnmount: true },
    searchClient: { ...searchClient, search: (requests) => (sent.push(requests), searchClient.search(requests)) },
  });
  const shown = {};
  const made = (list) => Object.entries(list).map(([name, [connector, params]]) => connectors[connector]((state) => (shown[name] = state))(params));
  search.addWidgets(made(widgets));
  for (const [name, list] of Object.entries(others)) search.addWidgets([indexWidget.default({ indexName: name, indexId: name }).addWidgets(made(list))]);
  let failed;
  search.on("error", ({ error }) => (failed = error));
  const settled = async () => {
    do await new Promise((r) => setTimeout(r, 5));
    while (search.status === "loading" || search.status === "stalled");
    if (failed) throw failed;
  };
  search.start();
  await settled();
  const act = async (fn) => {
    fn(shown);
    await settled();
  };
  return { shown, act, sent, close: () => search.dispose() };
}

const hits = ["connectHits", {}];
const box = ["connectSearchBox", {}];
const stats = ["connectStats", {}];
const titlesOf = ({ hits }) => hits.items.map((h) => h.title);
const facet = (list) => Object.fromEntries(list.items.map((i) => [i.value, i.count]));

export function instantSearchSuite(started) {
  describe("instantsearch.js", () => {
    let portal;
    before(() => {
      portal = started();
    });
    const open = (widgets, more) => page(portal.search, widgets, more);
    const topics = ["connectRefinementList", { attribute: "topics", operator: "or", limit: 100 }];

    test("hits, with what was typed", async () => {
      const { shown, act, close } = await open({ hits, box, stats });
      assert.deepEqual([shown.hits.items.length, shown.stats.nbHits], [20, portal.projects.length]);
      await act(() => shown.box.refine("bauhof"));
      assert.ok(shown.stats.nbHits >= 10 && shown.stats.nbHits < 100);
      const [hit] = shown.hits.items;
      const entry = portal.projects.find((p) => p.documentId === hit.documentId);
      assert.deepEqual([hit.title, hit.topics, hit.startYear], [entry.title, topicsOf(entry), entry.startYear]);
      await act(() => shown.box.refine("bauhoff"));
      assert.match(JSON.stringify(titlesOf(shown)), /Bauh[oö]f/);
      await act(() => shown.box.clear());
      assert.equal(shown.stats.nbHits, portal.projects.length);
      close();
    });

    test("an empty result", async () => {
      const { shown, act, close } = await open({ hits, box, stats, topics });
      await act(() => shown.box.refine("qqxyzzyqq"));
      assert.deepEqual([shown.hits.items, shown.stats.nbHits, shown.topics.items], [[], 0, []]);
      close();
    });

    test("facets of which some must hold, counted without themselves", async () => {
      const phases = ["connectRefinementList", { attribute: "phase", operator: "or" }];
      const { shown, act, sent, close } = await open({ hits, stats, topics, phases, current: ["connectCurrentRefinements", {}], clear: ["connectClearRefinements", {}] });
      const all = count(portal.projects.map(topicsOf));
      assert.deepEqual(facet(shown.topics), all);
      const [a, b] = Object.entries(all).sort((x, y) => y[1] - x[1]).map(([name]) => name);
      await act(() => shown.topics.refine(a));
      await act(() => shown.topics.refine(b));
      const chosen = portal.projects.filter((p) => topicsOf(p).some((t) => t === a || t === b));
      assert.equal(shown.stats.nbHits, chosen.length);
      for (const hit of shown.hits.items) assert.ok(hit.topics.includes(a) || hit.topics.includes(b));
      assert.deepEqual(facet(shown.topics), all, "the topics are counted as if none were chosen");
      assert.deepEqual(shown.topics.items.filter((i) => i.isRefined).map((i) => i.value).sort(), [a, b].sort());
      assert.deepEqual(Object.values(facet(shown.phases)).sort(), Object.values(count(chosen.map((p) => [p.phase]))).sort());
      assert.equal(sent.at(-1).length, 2);

      const { value: phase } = shown.phases.items[0];
      await act(() => shown.phases.refine(phase));
      assert.ok(shown.stats.nbHits > 0 && shown.stats.nbHits < chosen.length);
      assert.equal(sent.at(-1).length, 3);
      const inPhase = shown.hits.items[0].phase_id;
      const expected = count(portal.projects.filter((p) => p.phase === inPhase).map(topicsOf));
      assert.deepEqual(Object.fromEntries(Object.entries(facet(shown.topics)).filter(([, n]) => n > 0)), expected);
      assert.deepEqual(shown.current.items.map((i) => [i.attribute, i.refinements.length]).sort(), [["phase", 1], ["topics", 2]]);

      await act(() => shown.topics.refine(b));
      await act(() => shown.clear.refine());
      assert.deepEqual([shown.stats.nbHits, facet(shown.topics)], [portal.projects.length, all]);
      close();
    });

    test("facets of which all must hold", async () => {
      const { shown, act, close } = await open({ stats, towns: ["connectRefinementList", { attribute: "municipalities", operator: "and", limit: 100 }] });
      const towns = (p) => p.municipalities.map((m) => m.name);
      const [first, second] = towns(portal.projects.find((p) => p.municipalities.length > 1));
      await act(() => shown.towns.refine(first));
      await act(() => shown.towns.refine(second));
      const chosen = portal.projects.filter((p) => towns(p).includes(first) && towns(p).includes(second));
      assert.equal(shown.stats.nbHits, chosen.length);
      assert.deepEqual(facet(shown.towns), count(chosen.map(towns)));
      close();
    });

    test("a search box for a facet", async () => {
      const { shown, act, close } = await open({ hits, topics });
      await act(() => shown.topics.searchForItems("bau"));
      for (let i = 0; !shown.topics.isFromSearch && i < 1000; i++) await new Promise((r) => setTimeout(r, 5));
      const counts = count(portal.projects.map(topicsOf));
      assert.ok(shown.topics.items.length > 0 && shown.topics.items.length < Object.keys(counts).length);
      for (const { value, count: n } of shown.topics.items) assert.equal(n, counts[value], value);
      await act(() => shown.topics.refine(shown.topics.items[0].value));
      for (const hit of shown.hits.items) assert.ok(hit.topics.some((t) => /^bau/i.test(t)));
      close();
    });

    test("numbers: a menu, a range, a switch", async () => {
      const menu = ["connectNumericMenu", { attribute: "startYear", items: [{ label: "alle" }, { label: "bis 2015", end: 2015 }, { label: "2016 bis 2020", start: 2016, end: 2020 }, { label: "ab 2021", start: 2021 }] }];
      const among = (low, high) => portal.projects.filter((p) => p.startYear >= low && p.startYear <= high).length;
      let opened = await open({ stats, menu });
      for (const [i, low, high] of [[1, 0, 2015], [2, 2016, 2020], [3, 2021, 9999]]) {
        await opened.act(({ menu }) => menu.refine(menu.items[i].value));
        assert.equal(opened.shown.stats.nbHits, among(low, high));
      }
      await opened.act(({ menu }) => menu.refine(menu.items[0].value));
      assert.equal(opened.shown.stats.nbHits, portal.projects.length);
      opened.close();

      opened = await open({ stats, range: ["connectRange", { attribute: "startYear" }] });
      const years = portal.projects.map((p) => p.startYear).filter((y) => y);
      assert.deepEqual(opened.shown.range.range, { min: Math.min(...years), max: Math.max(...years) });
      await opened.act(({ range }) => range.refine([2012, 2018]));
      assert.equal(opened.shown.stats.nbHits, among(2012, 2018));
      opened.close();

      opened = await open({ stats, best: ["connectToggleRefinement", { attribute: "bestPractice" }] });
      await opened.act(({ best }) => best.refine({ isRefined: false }));
      assert.equal(opened.shown.stats.nbHits, portal.projects.filter((p) => p.bestPractice).length);
      opened.close();
    });

    for (const finitePagination of [false, true]) {
      test(`pages, ${finitePagination ? "with a known end" : "without one"}`, async () => {
        const { shown, act, close } = await open(
          { hits, stats, pages: ["connectPagination", {}], size: ["connectHitsPerPage", { items: [{ label: "30", value: 30, default: true }, { label: "7", value: 7 }] }], sort: ["connectSortBy", { items: [{ label: "Titel", value: "projects:title:asc" }] }] },
          { options: { finitePagination }, indexName: "projects:title:asc" },
        );
        const seen = [];
        for (let i = 0; i < 3; i++) {
          if (i > 0) await act(() => shown.pages.refine(i));
          assert.deepEqual([shown.pages.currentRefinement, shown.hits.items.length], [i, 30]);
          if (!finitePagination) assert.equal(shown.pages.nbPages, i + 2, "it is known that one more page follows");
          seen.push(...titlesOf(shown));
        }
        assert.equal(shown.stats.nbHits, portal.projects.length);
        assert.deepEqual(seen, [...seen].sort(new Intl.Collator("de").compare));
        if (finitePagination) {
          assert.equal(shown.pages.nbPages, Math.ceil(portal.projects.length / 30));
          await act(() => shown.pages.refine(shown.pages.nbPages - 1));
          assert.equal(shown.hits.items.length, portal.projects.length % 30 || 30);
        }
        await act(() => shown.size.refine(7));
        assert.deepEqual([shown.hits.items.length, shown.pages.currentRefinement], [7, 0]);
        close();
      });
    }

    test("sorting by the name of the index", async () => {
      const sort = ["connectSortBy", { items: [{ label: "Beste", value: "projects" }, { label: "Neu", value: "projects:startYear:desc" }, { label: "Titel", value: "projects:title:desc" }] }];
      const { shown, act, close } = await open({ hits, sort, topics });
      await act(() => shown.sort.refine("projects:startYear:desc"));
      const years = shown.hits.items.map((h) => h.startYear);
      assert.equal(years[0], Math.max(...portal.projects.map((p) => p.startYear ?? 0)));
      assert.deepEqual(years, [...years].sort((a, b) => b - a));
      await act(() => shown.sort.refine("projects:title:desc"));
      assert.deepEqual(titlesOf(shown), [...titlesOf(shown)].sort(new Intl.Collator("de").compare).reverse());
      close();
    });

    test("highlights and snippets", async () => {
      const { shown, act, close } = await open({ hits, box, how: ["connectConfigure", { searchParameters: { attributesToSnippet: ["body:12"], snippetEllipsisText: "…" } }] });
      await act(() => shown.box.refine("bauhof"));
      const marked = shown.hits.items.map((h) => h._highlightResult.title.value).filter((v) => v.includes("<mark>"));
      assert.ok(marked.length > 0, JSON.stringify(shown.hits.items[0]._highlightResult));
      for (const v of marked) assert.match(v, /<mark>Bauh[oö]f<\/mark>/i);
      for (const hit of shown.hits.items) {
        const plain = hit._snippetResult.body.value.replace(/<\/?mark>/g, "").replace(/^…|…$/g, "");
        assert.ok(hit.body.replace(/&/g, "&amp;").includes(plain) && plain.split(/\s+/).length <= 14, plain);
      }
      close();
    });

    test("places", async () => {
      const from = { lat: 51.5136, lng: 7.4653 };
      const { shown, act, close } = await open({ hits, map: ["connectGeoSearch", { enableRefine: true }], how: ["connectConfigure", { searchParameters: { hitsPerPage: 500 } }] });
      const placed = portal.projects.filter((p) => p.location).length;
      assert.equal(shown.map.items.length, placed);
      await act(() => shown.map.refine({ northEast: { lat: 51.7, lng: 7.8 }, southWest: { lat: 51.3, lng: 7.1 } }));
      assert.ok(shown.map.items.length > 0 && shown.map.items.length < placed);
      for (const { _geoloc: at } of shown.map.items) assert.ok(at.lat >= 51.3 && at.lat <= 51.7 && at.lng >= 7.1 && at.lng <= 7.8);
      close();

      const around = await open({ hits, how: ["connectConfigure", { searchParameters: { aroundLatLng: `${from.lat},${from.lng}`, aroundRadius: 25_000, hitsPerPage: 500 } }] });
      assert.ok(around.shown.hits.items.length > 0 && around.shown.hits.items.length < placed);
      for (const hit of around.shown.hits.items) assert.ok(distance(from, hit._geoloc) <= 25_200);
      around.close();
    });

    test("several indexes at once", async () => {
      const { shown, act, close } = await open(
        { hits, box, topics },
        { others: { all: { found: ["connectHits", {}], types: ["connectMenu", { attribute: "typeTitle" }] }, events: { dates: ["connectHits", {}] } } },
      );
      await act(() => shown.box.refine("digitalisierung"));
      assert.ok(shown.hits.items.length > 0 && shown.found.items.length > 0);
      assert.ok(shown.types.items.length > 1, JSON.stringify(shown.types.items));
      for (const hit of shown.dates.items) assert.equal(hit.type, "event");
      const [{ value: type, count: n }] = shown.types.items;
      await act(() => shown.types.refine(type));
      assert.equal(shown.found.results.nbHits, n);
      for (const hit of shown.found.items) assert.equal(hit.typeTitle, type);
      close();
    });

    test("nothing but the placeholder, and an index that is not there", async () => {
      const { shown, act, close } = await open({ hits, box }, { options: { placeholderSearch: false } });
      assert.deepEqual(shown.hits.items, []);
      await act(() => shown.box.refine("bauhof"));
      assert.ok(shown.hits.items.length > 0);
      close();
      const said = console.error;
      console.error = () => {};
      await assert.rejects(open({ hits }, { indexName: "movies" }), /Index `movies` not found/);
      console.error = said;
    });
  });
}
