import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";
import { Announcer } from "./announce";
import { ApiError } from "./api";
import { Frame } from "./frame";
import { Language } from "./i18n";
import { EntryPage } from "./page/EntryPage";
import { FilesPage } from "./page/FilesPage";
import { HistoryPage } from "./page/HistoryPage";
import { ListPage } from "./page/ListPage";
import { MissingPage } from "./page/MissingPage";
import { PasswordPage } from "./page/PasswordPage";
import { StartPage } from "./page/StartPage";
import { TrashPage } from "./page/TrashPage";
import { UsesPage } from "./page/UsesPage";
import { Session } from "./session";
import { Types } from "./types";
import "./look.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

const router = createBrowserRouter(
  [
    {
      element: <Frame />,
      children: [
        { index: true, element: <StartPage /> },
        { path: "content/:type", element: <ListPage /> },
        { path: "content/:type/:id", element: <EntryPage /> },
        { path: "content/:type/:id/history", element: <HistoryPage /> },
        { path: "content/:type/:id/uses", element: <UsesPage /> },
        { path: "trash/:type?", element: <TrashPage /> },
        { path: "files", element: <FilesPage /> },
        { path: "password", element: <PasswordPage /> },
        { path: "*", element: <MissingPage /> },
      ],
    },
  ],
  { basename: "/admin" },
);

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Language>
        <Announcer>
          <Session>
            <Types>
              <RouterProvider router={router} />
            </Types>
          </Session>
        </Announcer>
      </Language>
    </QueryClientProvider>
  </StrictMode>,
);
