import type { ReactNode } from "react";
import { Dialog, Heading, Modal as Base, ModalOverlay } from "react-aria-components";

interface Props {
  open: boolean;
  title: string;
  closes?: boolean; // by Escape; true if absent
  onClose?: () => void;
  children: ReactNode;
}

// Modal is a dialog over the page. Focus goes into it and comes back when it closes.
export function Modal({ open, title, closes = true, onClose, children }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={open}
      isDismissable={false}
      isKeyboardDismissDisabled={!closes}
      onOpenChange={(next) => !next && onClose?.()}
    >
      <Base className="modal">
        <Dialog>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </Dialog>
      </Base>
    </ModalOverlay>
  );
}
