import { useState, type FormEvent } from "react";
import { useAnnounce } from "../announce";
import { request } from "../api";
import { useWords } from "../i18n";
import { useReason } from "../part/Message";
import { Page } from "../part/Page";
import { useSession } from "../session";

// PasswordPage changes the password of whoever is signed in. The server has the rules and says which
// one is broken.
export function PasswordPage() {
  const { t } = useWords();
  const { account } = useSession();
  const reason = useReason();
  const announce = useAnnounce();
  const [error, setError] = useState("");
  const [done, setDone] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { username: _, ...body } = Object.fromEntries(new FormData(form));
    setError("");
    setDone(false);
    try {
      if (body.password !== body.passwordConfirmation) {
        setError(t("passwordsDiffer"));
        return;
      }
      await request("/api/auth/change-password", { body });
      form.reset();
      setDone(true);
      announce(t("passwordChanged"));
    } catch (e) {
      setError(reason(e));
    }
  };
  const field = (name: string, label: "passwordNow" | "passwordNew" | "passwordAgain", autoComplete: string) => (
    <div className="field mid">
      <label htmlFor={name}>{t(label)}</label>
      {label === "passwordNew" && (
        <span className="help" id="password-help">
          {t("passwordHelp")}
        </span>
      )}
      <input
        id={name}
        name={name}
        type="password"
        autoComplete={autoComplete}
        required
        aria-describedby={[label === "passwordNew" ? "password-help" : "", error ? "password-error" : ""].filter(Boolean).join(" ") || undefined}
      />
    </div>
  );
  return (
    <Page title={t("changePassword")}>
      <form className="box" onSubmit={(e) => void submit(e)}>
        <input type="text" name="username" autoComplete="username" value={account.email} readOnly hidden />
        <div role="alert">
          {error && (
            <p className="error" id="password-error">
              {t("error")} {error}
            </p>
          )}
        </div>
        {done && <p className="note">{t("passwordChanged")}</p>}
        {field("currentPassword", "passwordNow", "current-password")}
        {field("password", "passwordNew", "new-password")}
        {field("passwordConfirmation", "passwordAgain", "new-password")}
        <button className="main">{t("changePassword")}</button>
      </form>
    </Page>
  );
}
