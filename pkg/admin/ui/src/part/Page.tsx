import { useEffect, useRef, type ReactNode } from "react";
import { useWords } from "../i18n";

interface Props {
  title: string;
  above?: ReactNode; // a link to where the page belongs
  acts?: ReactNode;
  children: ReactNode;
}

// Page sets the document's title and moves focus to the heading when the page is shown.
export function Page({ title, above, acts, children }: Props) {
  const { t } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t("appName")}`;
  }, [title, t]);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <>
      <header>
        <div>
          {above && <p className="small">{above}</p>}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </div>
        {acts && <div className="pair">{acts}</div>}
      </header>
      {children}
    </>
  );
}
