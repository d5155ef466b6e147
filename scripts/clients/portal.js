// The sample portal with its search, and what the search must find: read from /api, which knows nothing of the index.
import { startKontor } from "./kontor.js";

export async function startPortal() {
  const kontor = await startKontor({ demo: true });
  for (const end = Date.now() + 120_000; !(await fetch(`${kontor.search}/health`)).ok; await new Promise((r) => setTimeout(r, 200))) {
    if (Date.now() > end) throw new Error("the search is not filled");
  }
  const populate = "populate[topics][fields]=name&populate[municipalities][fields]=name,district";
  const projects = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const answer = await (await fetch(`${kontor.api}/projects?${populate}&pagination[page]=${page}&pagination[pageSize]=100`)).json();
    projects.push(...answer.data);
    pages = answer.meta.pagination.pageCount;
  }
  return { ...kontor, projects };
}

export const topicsOf = (project) => project.topics.map((t) => t.name);

// How often each value is in a list of lists.
export function count(lists) {
  const out = {};
  for (const list of lists) for (const v of new Set(list)) out[v] = (out[v] ?? 0) + 1;
  return out;
}

// Metres between two places.
export function distance(a, b) {
  const rad = (d) => (d * Math.PI) / 180;
  const h = Math.sin(rad(b.lat - a.lat) / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(rad(b.lng - a.lng) / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.sqrt(h));
}
