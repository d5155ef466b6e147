import { useQuery } from "@tanstack/react-query";
import { query, request } from "../api";
import { display, may, type Row, type Type, type Values } from "../model";

// Target is an entry that a relation leads to.
export interface Target {
  id: string;
  title: string;
  public: boolean;
}

// targets asks for entries of a type: with drafts, if the caller reads them.
export async function targets(type: Type, params: Record<string, unknown>): Promise<Target[]> {
  const rest = { ...params, fields: type.model.display };
  if (may(type, "readDraft")) {
    const rows = (await request<Row[]>(`/manage/entries/${type.id}${query(rest)}`)).data;
    return rows.map((r) => ({ id: r.state.documentId, title: display(type, r.entry), public: r.state.status !== "draft" }));
  }
  const list = (await request<Values[]>(`${type.path}${query(rest)}`)).data;
  return list.map((e) => ({ id: String(e.documentId), title: display(type, e), public: true }));
}

// useTargets finds entries by their ids, a hundred at a time.
export function useTargets(type: Type | undefined, ids: string[]) {
  return useQuery({
    queryKey: ["targets", type?.id, [...ids].sort().join()],
    enabled: type !== undefined && ids.length > 0,
    queryFn: async () => {
      const found: Target[] = [];
      for (let at = 0; at < ids.length; at += 100) {
        const some = ids.slice(at, at + 100);
        found.push(...(await targets(type!, { filters: { documentId: { $in: some } }, pagination: { limit: 100 } })));
      }
      return found;
    },
    placeholderData: (before: Target[] | undefined) => before,
  });
}
