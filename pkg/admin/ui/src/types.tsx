import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, type ReactNode } from "react";
import { request } from "./api";
import { useWords } from "./i18n";
import type { Type } from "./model";
import { useSession } from "./session";
import { Failure, Waiting } from "./part/Message";

const Context = createContext<Type[]>([]);

export const useTypes = () => useContext(Context);

export function useType(id: string | undefined): Type | undefined {
  return useTypes().find((t) => t.id === id);
}

// Types loads the content types once and gives them to the app.
export function Types({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const { signOut } = useSession();
  const types = useQuery({
    queryKey: ["types"],
    queryFn: async () => (await request<Type[]>("/manage/types")).data,
    staleTime: Infinity,
  });
  // A later failure must not take away a page on which somebody writes.
  if (!types.data) return types.isError ? <Failure error={types.error} retry={() => void types.refetch()} /> : <Waiting />;
  const visible = types.data.filter((x) => x.actions.includes("read"));
  if (visible.length === 0) {
    return (
      <main className="sign-in" id="page">
        <h1>{t("appName")}</h1>
        <p className="note">{t("noRights")}</p>
        <button onClick={() => void signOut()}>{t("signOut")}</button>
      </main>
    );
  }
  return <Context.Provider value={visible}>{children}</Context.Provider>;
}
