import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useState, type FormEvent, type ReactNode } from "react";
import { ApiError, request, whenSessionEnds } from "./api";
import { useWords } from "./i18n";
import type { Account } from "./model";
import { Failure } from "./part/Message";
import { Modal } from "./part/Modal";

interface Session {
  account: Account;
  signOut: () => Promise<void>;
}

const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("nobody is signed in");
  return session;
}

// Session shows its children to whoever is signed in. When a session ends in the middle, the form
// stays as it is under the dialog to sign in again.
export function Session({ children }: { children: ReactNode }) {
  const [account, setAccount] = useState<Account | null | undefined>();
  const [failure, setFailure] = useState<unknown>();
  const [ended, setEnded] = useState(false);
  const cache = useQueryClient();
  const ask = useCallback(() => {
    setFailure(undefined);
    request<Account>("/manage/session").then(
      (answer) => setAccount(answer.data),
      (error: unknown) => (error instanceof ApiError && error.status === 401 ? setAccount(null) : setFailure(error)),
    );
  }, []);
  useEffect(() => {
    ask();
    whenSessionEnds(() => setEnded(true));
  }, [ask]);
  const signOut = useCallback(async () => {
    try {
      await request("/manage/session", { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
    }
    cache.clear();
    setAccount(null);
  }, [cache]);
  const signedIn = (next: Account) => {
    if (account && account.id !== next.id) cache.clear();
    setAccount(next);
    setEnded(false);
    void cache.invalidateQueries();
  };
  if (account === undefined) return failure === undefined ? null : <Failure error={failure} retry={ask} />;
  if (account === null) return <SignInPage onDone={signedIn} />;
  return (
    <Context.Provider value={{ account, signOut }}>
      {children}
      <EndedDialog open={ended} identifier={account.email} onDone={signedIn} />
    </Context.Provider>
  );
}

function SignInPage({ onDone }: { onDone: (a: Account) => void }) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${t("signInTitle")} · ${t("appName")}`;
  }, [t]);
  return (
    <main className="sign-in" id="page">
      <h1>{t("signInTitle")}</h1>
      <SignInForm onDone={onDone} />
    </main>
  );
}

function EndedDialog({ open, identifier, onDone }: { open: boolean; identifier: string; onDone: (a: Account) => void }) {
  const { t } = useWords();
  return (
    <Modal open={open} title={t("signInTitle")} closes={false}>
      <p>{t("signInAgain")}</p>
      <SignInForm identifier={identifier} onDone={onDone} />
    </Modal>
  );
}

function SignInForm({ identifier, onDone }: { identifier?: string; onDone: (a: Account) => void }) {
  const { t } = useWords();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError("");
    try {
      const body = { identifier: form.get("identifier"), password: form.get("password") };
      onDone((await request<Account>("/manage/session", { body, anonymous: true })).data);
    } catch (e) {
      const status = e instanceof ApiError ? e.status : 0;
      setError(status === 429 ? t("tooMany") : status === 0 ? t("offline") : t("signInWrong"));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <div role="alert">
        {error && (
          <p className="error" id="sign-in-error">
            {t("error")} {error}
          </p>
        )}
      </div>
      <div className="field">
        <label htmlFor="identifier">{t("identifier")}</label>
        <input id="identifier" name="identifier" autoComplete="username" autoFocus={!identifier} defaultValue={identifier} required aria-describedby={error ? "sign-in-error" : undefined} />
      </div>
      <div className="field">
        <label htmlFor="password">{t("password")}</label>
        <input
          id="password"
          name="password"
          type="password"
          autoFocus={Boolean(identifier)}
          autoComplete="current-password"
          required
          aria-describedby={error ? "sign-in-error" : undefined}
        />
      </div>
      <button className="main">{t("signIn")}</button>
    </form>
  );
}
