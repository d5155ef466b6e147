import { useQuery } from "@tanstack/react-query";
import { Navigate } from "react-router";
import { ApiError, request } from "../api";
import type { Type, Values } from "../model";
import { Failure, Waiting } from "../part/Message";

// SinglePage leads to the one entry of a type, or to the form for it.
export function SinglePage({ type }: { type: Type }) {
  const entry = useQuery({
    queryKey: ["single", type.id],
    queryFn: async () => {
      try {
        return (await request<Values>(`${type.path}?status=draft`)).data;
      } catch (e) {
        if (e instanceof ApiError && e.status === 404) return null;
        throw e;
      }
    },
  });
  if (entry.isPending) return <Waiting />;
  if (entry.isError) return <Failure error={entry.error} retry={() => void entry.refetch()} />;
  return <Navigate replace to={`/content/${type.id}/${entry.data ? String(entry.data.documentId) : "new"}`} />;
}
