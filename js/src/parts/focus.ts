/** The keyboard stays where it was: a control that goes away hands it to its surroundings. */

/** Make a change; if it takes away the control in `home` that had the focus, `home` gets it. */
export function keepFocus(home: HTMLElement, change: () => void): void {
  const { activeElement } = home.getRootNode() as Document | ShadowRoot;
  const had = activeElement && home.contains(activeElement) ? activeElement : undefined;
  change();
  if (had && had !== home && isGone(had)) home.focus({ preventScroll: true });
}

const isGone = (control: Element): boolean =>
  !control.isConnected ||
  control.closest("[hidden], [inert]") !== null ||
  control.matches(":disabled");
