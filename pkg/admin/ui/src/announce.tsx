import { createContext, useCallback, useContext, useState, type ReactNode } from "react";

// One live region for the whole app. Each act is announced once, by whoever did it.
const Context = createContext<(text: string) => void>(() => {});

export const useAnnounce = () => useContext(Context);

export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", n: 0 });
  const announce = useCallback((text: string) => setSaid((last) => ({ text, n: last.n + 1 })), []);
  return (
    <Context.Provider value={announce}>
      {children}
      <div role="status" aria-live="polite" className="unseen">
        <span key={said.n}>{said.text}</span>
      </div>
    </Context.Provider>
  );
}
