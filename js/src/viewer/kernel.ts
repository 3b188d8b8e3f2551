/**
 * Whether Python answers. A request is followed by a ping: one that stays unanswered means that a
 * cell is running, and nothing is sent while nothing is requested. Where the host reports what its
 * kernel does (JupyterLab, Notebook 7), that is used too, and which kernel it is: one that was
 * restarted elsewhere does not announce it, but signs its messages with another session.
 */
import type { AnyModel } from "@anywidget/types";
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { ViewerIntent, ViewerState } from "../contract";
import type { Panel } from "../panel";
import { onAsk } from "../panel-events";

const GATHER = 150; // ms in which requests share one ping
const PATIENCE = 2000; // ms after which no answer means a busy kernel
const SAID = ["starting", "busy", "idle"]; // by a kernel itself
const GONE = ["dead", "restarting", "autorestarting", "terminating"]; // its memory is lost

/** Questions that are asked while a line is drawn, without a click: they are not listed as waiting. */
const FOLLOWS_THE_PEN: ReadonlySet<string> = new Set(["look_inside", "stop_looking"]);

/** Idle; running a cell beside which it answers; busy and silent; out of reach for now; or lost. */
export type KernelState = "idle" | "running" | "busy" | "lost" | "gone";

/** The kernel as the page knows it. */
export interface Kernel {
  readonly state: ReadonlySignal<KernelState>;
  /** What was asked for and is not acknowledged. */
  readonly waiting: ReadonlySignal<readonly string[]>;
}

/** As Lumino has it. */
interface HostSignal<Content = unknown> {
  connect(slot: (sender: unknown, content: Content) => void): unknown;
  disconnect(slot: (sender: unknown, content: Content) => void): unknown;
}
interface Message {
  header: { msg_type: string; session: string };
  content: { execution_state?: string };
}
interface HostKernel {
  status: string;
  connectionStatus: string;
  isDisposed: boolean;
  statusChanged: HostSignal;
  connectionStatusChanged: HostSignal;
  disposed: HostSignal;
  iopubMessage: HostSignal<Message>;
  requestKernelInfo(): Promise<unknown>;
}

/** Follow the kernel; `isFrozen` says that nothing may be asked any more, for whatever reason. */
export function kernelOf(
  { el, wire, watch, ended }: Panel<ViewerState, ViewerIntent>,
  model: AnyModel,
  isFrozen: () => boolean,
): Kernel {
  const host = hostKernel(model);
  const gone = signal(false);
  const status = signal(""); // as the host reports it
  const lost = signal(false);
  const late = signal(false);
  const waiting = signal<readonly string[]>([]);
  const timers: Partial<Record<"ping" | "late" | "status", ReturnType<typeof setTimeout>>> = {};
  const after = (name: keyof typeof timers, ms: number, run: () => void) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(run, ms);
  };

  // pings
  let number = Math.floor(1e9 * Math.random()); // another view of this viewer has other numbers
  let sent = 0; // how many of those waiting were asked for before the current ping
  const ping = () => {
    sent = waiting.value.length;
    wire.ask({ intent: "ping", number: ++number });
    after("late", PATIENCE, suspectBusy);
  };
  const suspectBusy = () => {
    if (isAnother) gone.value = true; // and it does not know this viewer
    if (!late.value) host?.requestKernelInfo().catch(() => {}); // any kernel that is there says which one it is
    late.value = true;
    after("late", PATIENCE, suspectBusy);
  };
  const onRequest = (request: string) => {
    if (request === "ping") return true;
    if (isFrozen()) return false;
    if (FOLLOWS_THE_PEN.has(request)) return true;
    waiting.value = [...waiting.value, request.replaceAll("_", " ")];
    if (sent === 0) after("ping", GATHER, ping);
    return true;
  };
  onAsk(el, onRequest, ended);
  const pong = wire.read("pong");
  watch(() => {
    if (pong.value !== number) return;
    clearTimeout(timers.late);
    late.value = false;
    waiting.value = waiting.peek().slice(sent);
    sent = 0;
    if (waiting.peek().length > 0) after("ping", GATHER, ping);
  });

  // what the host says
  let session = ""; // whose messages came first
  let isAnother = false;
  const identify = (_: unknown, { header, content }: Message) => {
    // only what a kernel says of itself: the server reports other kernels, and lost output
    if (header.msg_type !== "status" || !SAID.includes(content.execution_state ?? "")) return;
    session ||= header.session;
    isAnother = header.session !== session;
  };
  host?.iopubMessage.connect(identify);
  const look = () => {
    if (!host) return;
    if (GONE.includes(host.status) || host.isDisposed) gone.value = true;
    lost.value = !["connected", undefined].includes(host.connectionStatus);
    if (host.status === "busy") after("status", 1000, () => (status.value = "busy"));
    else {
      clearTimeout(timers.status);
      status.value = "";
    }
  };
  const signals = host
    ? [host.statusChanged, host.connectionStatusChanged, host.disposed].filter(Boolean)
    : [];
  for (const one of signals) one.connect(look);
  look();
  const live = () => {
    if (el.closest(".jupyter-widgets-disconnected")) gone.value = true;
  };
  model.on("comm_live_update", live);
  live();
  ended.addEventListener(
    "abort",
    () => {
      for (const one of signals) one.disconnect(look);
      host?.iopubMessage.disconnect(identify);
      model.off("comm_live_update", live);
      for (const timer of Object.values(timers)) clearTimeout(timer);
    },
    { once: true },
  );
  return {
    waiting,
    state: computed(() => {
      if (gone.value) return "gone";
      if (lost.value) return "lost";
      return late.value ? "busy" : status.value === "busy" ? "running" : "idle";
    }),
  };
}

/** The kernel of a JupyterLab, or of what is built like it. */
function hostKernel({ widget_manager }: AnyModel): HostKernel | undefined {
  const { kernel } = (widget_manager ?? {}) as { kernel?: Partial<HostKernel> | null };
  return kernel?.statusChanged && kernel.iopubMessage ? (kernel as HostKernel) : undefined;
}
