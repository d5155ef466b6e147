// The clients of Meilisearch's search API against /search over the sample portal: Meilisearch's own, in the version that InstantSearch needs and in
// the newest, and InstantSearch.
import { after, before } from "node:test";
import * as needed from "meilisearch";
import * as newest from "meilisearch-latest";
import { instantSearchSuite } from "./instantsearch.js";
import { meilisearchSuite } from "./meilisearch.js";
import { startPortal } from "./portal.js";

let portal;
before(async () => {
  portal = await startPortal();
});
after(() => portal?.stop());

meilisearchSuite("meilisearch 0.57", needed, () => portal);
meilisearchSuite("meilisearch 0.62", newest, () => portal);
instantSearchSuite(() => portal);
