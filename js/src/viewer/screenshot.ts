/** What is on screen as a picture: for Python, which asks by a number, or as a download. */
import type { ViewerIntent, ViewerState } from "../contract";
import type { Panel } from "../panel";
import { photograph } from "../ui/dom-to-canvas";
import { download } from "../ui/download";

const LARGEST = 7_000_000; // letters of base64: a message to the kernel has room for no more

/** What a window does with pictures of itself. */
export interface Screenshots {
  /** Whether there is a picture of the cells. */
  enabled(): boolean;
  /** Let the browser save one. */
  save(canvas_only: boolean): void;
}

/** Answer Python's requests for a picture of `frame`, once all in it is `drawn`. */
export function screenshots(
  frame: HTMLElement,
  drawn: () => Promise<unknown>,
  { wire, watch, ended }: Pick<Panel<ViewerState, ViewerIntent>, "wire" | "watch" | "ended">,
): Screenshots {
  const cells = () => frame.querySelector<HTMLElement>("[data-area=canvas] .pv-scatter");
  const take = async (canvas_only: boolean) => {
    const part = canvas_only ? cells() : frame;
    if (!part?.getBoundingClientRect().width) throw new Error("the viewer is not visible");
    return photograph(part);
  };

  const asked = wire.read("picture_asked");
  let last = 0;
  watch(() => {
    const { number, canvas_only } = asked.value;
    if (number === 0 || number === last) return;
    last = number;
    void answer(number, canvas_only);
  });
  async function answer(number: number, canvas_only: boolean) {
    const tell = (png: string, why: string) => {
      if (!ended.aborted) wire.ask({ intent: "picture", number, png, why });
    };
    try {
      await drawn();
      const [, png = ""] = (await take(canvas_only)).toDataURL("image/png").split(",");
      if (png.length > LARGEST) tell("", "the picture is too large to send");
      else tell(png, "");
    } catch (error) {
      tell("", error instanceof Error ? error.message : String(error));
    }
  }

  return {
    enabled: () => cells() !== null,
    save(canvas_only) {
      void take(canvas_only).then((picture) =>
        picture.toBlob((png) => png && download(png, "peakvi.png", "image/png")),
      );
    },
  };
}
