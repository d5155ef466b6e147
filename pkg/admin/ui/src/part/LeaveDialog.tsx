import { useWords } from "../i18n";
import { Modal } from "./Modal";

// LeaveDialog asks before unsaved work is given up.
export function LeaveDialog({ open, onStay, onLeave }: { open: boolean; onStay: () => void; onLeave: () => void }) {
  const { t } = useWords();
  return (
    <Modal open={open} title={t("leaveTitle")} onClose={onStay}>
      <p>{t("leaveText")}</p>
      <div className="pair">
        <button className="main" onClick={onStay}>
          {t("stay")}
        </button>
        <button className="danger" onClick={onLeave}>
          {t("leave")}
        </button>
      </div>
    </Modal>
  );
}
