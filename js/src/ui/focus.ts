/** The keyboard stays where it was: a control that goes away hands it to its surroundings. */

/** Make a change; if it takes away the control in `home` that had the focus, `home` gets it. */
export function keepFocus(home: HTMLElement, change: () => void): void {
  const { activeElement } = home.getRootNode() as Document | ShadowRoot;
  const had = activeElement && home.contains(activeElement) ? activeElement : undefined;
  change();
  if (had && had !== home && isGone(had)) home.focus({ preventScroll: true });
}

/**
 * Watch over all of `root`: when the control that has the focus is taken away, hidden or disabled by
 * whatever happens, the nearest element around it gets the focus. The browser would give it to the
 * page, and the next key would be the notebook's.
 */
export function guardFocus(root: HTMLElement, ended: AbortSignal): void {
  let way: HTMLElement[] = []; // from the control outwards, as it was: all of it may be removed
  const remember = ({ target }: FocusEvent) => {
    way = [];
    for (let at = target as HTMLElement | null; at; at = at.parentElement) {
      way.push(at);
      if (at === root) return;
    }
  };
  const forget = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node && !root.contains(relatedTarget)) way = []; // it went elsewhere
  };
  const look = () => {
    const [control, ...round] = way;
    if (!control || !isGone(control)) return;
    const { activeElement } = root.getRootNode() as Document | ShadowRoot;
    const isLost = !activeElement || activeElement === control || activeElement === document.body;
    const home = isLost && round.find((one) => !isGone(one) && one.matches(HOMES));
    if (!home) return;
    if (!home.hasAttribute("tabindex")) home.tabIndex = -1;
    home.focus({ preventScroll: true });
  };
  root.addEventListener("focusin", remember, { signal: ended });
  root.addEventListener("focusout", forget, { signal: ended });
  const attributeFilter = ["hidden", "disabled", "inert"];
  const observer = new MutationObserver(look);
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter });
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
}

/** What has a name or may be focused anyway: a reader says where one is. */
const HOMES = "[tabindex], section, [role=group], [role=tabpanel], .pv";

const isGone = (control: Element): boolean =>
  !control.isConnected ||
  control.closest("[hidden], [inert]") !== null ||
  control.matches(":disabled");
