import { useEffect, useState } from "react";
import { NavLink, Outlet, useLocation } from "react-router";
import { useWords } from "./i18n";
import { may } from "./model";
import { LeaveDialog } from "./part/LeaveDialog";
import { hasUnsaved } from "./part/unsaved";
import { useSession } from "./session";
import { useTypes } from "./types";

// Frame is the head, the menu drawn from the content types, and the page.
export function Frame() {
  const { t, label } = useWords();
  const types = useTypes();
  const [open, setOpen] = useState(false);
  const place = useLocation();
  useEffect(() => setOpen(false), [place.pathname]);
  useEffect(() => {
    if (!open) return;
    const close = (e: KeyboardEvent) => {
      if (e.key !== "Escape") return;
      setOpen(false);
      document.querySelector<HTMLElement>(".open-menu")?.focus();
    };
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, [open]);
  const worked = types.filter((x) => may(x, "readDraft"));
  const lists = worked.filter((x) => !x.single);
  const singles = worked.filter((x) => x.single);
  const byTitle = (a: (typeof types)[0], b: (typeof types)[0]) => label(a.model.titles).localeCompare(label(b.model.titles), "de");
  return (
    <>
      <a
        className="skip"
        href="#page"
        onClick={(e) => {
          e.preventDefault(); // another address would draw the form again, without what is typed
          document.getElementById("page")?.focus();
        }}
      >
        {t("skip")}
      </a>
      <Head open={open} toggle={() => setOpen(!open)} />
      <div className="frame">
        <nav className={open ? "menu open" : "menu"} id="menu" aria-label={t("mainMenu")}>
          <ul>
            <li>
              <NavLink to="/" end>
                {t("start")}
              </NavLink>
            </li>
          </ul>
          <Group title={t("contents")} items={lists.sort(byTitle)} />
          {singles.length > 0 && <Group title={t("singles")} items={singles.sort(byTitle)} />}
          <h2>{t("tools")}</h2>
          <ul>
            <li>
              <NavLink to="/files">{t("files")}</NavLink>
            </li>
            <li>
              <NavLink to="/trash">{t("trash")}</NavLink>
            </li>
          </ul>
        </nav>
        <main className="page" id="page" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </>
  );
}

function Group({ title, items }: { title: string; items: ReturnType<typeof useTypes> }) {
  const { label } = useWords();
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {items.map((x) => (
          <li key={x.id}>
            <NavLink to={`/content/${x.id}`}>{label(x.model.titles)}</NavLink>
          </li>
        ))}
      </ul>
    </>
  );
}

function Head({ open, toggle }: { open: boolean; toggle: () => void }) {
  const { t, language, setLanguage } = useWords();
  const { account, signOut } = useSession();
  const [asked, setAsked] = useState(false);
  return (
    <header className="head">
      <button className="plain open-menu" aria-expanded={open} aria-controls="menu" onClick={toggle}>
        {t("menu")}
      </button>
      <NavLink className="name" to="/">
        {t("appName")}
      </NavLink>
      <NavLink className="small person" to="/password" title={t("changePassword")}>
        {account.name || account.username}
      </NavLink>
      <label className="small language">
        <span className="unseen">{t("language")}</span>
        <select value={language} onChange={(e) => setLanguage(e.target.value === "en" ? "en" : "de")}>
          <option value="de" lang="de">
            {t("german")}
          </option>
          <option value="en" lang="en">
            {t("english")}
          </option>
        </select>
      </label>
      <button className="plain small" onClick={() => (hasUnsaved() ? setAsked(true) : void signOut())}>
        {t("signOut")}
      </button>
      <LeaveDialog open={asked} onStay={() => setAsked(false)} onLeave={() => void signOut()} />
    </header>
  );
}
