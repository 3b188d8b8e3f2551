/** Text of a course as elements: only those that Markdown makes, and no address but of a web page. */
import { h } from "../../ui/dom";

const ELEMENTS = "p h4 ul ol li blockquote em strong a code pre br hr".split(" ");
const MAX_DEPTH = 60;

type Block = string | Branch;
interface Branch extends ReadonlyArray<unknown> {
  readonly 0: string;
  readonly 1: string;
}

/** Make the nodes of a text that Python sent as JSON. */
export function blockNodes(json: string): Node[] {
  const blocks = JSON.parse(json) as readonly Block[];
  return blocks.map((block) => node(block, 0));
}

function node(block: Block, depth: number): Node {
  if (typeof block === "string") return document.createTextNode(block);
  const [name, address] = [block[0], block[1]];
  const children = block.slice(2) as Block[];
  const inside = depth < MAX_DEPTH ? children.map((child) => node(child, depth + 1)) : [];
  if (!ELEMENTS.includes(name)) return h("span", {}, ...(inside as (Node | string)[]));
  const isLink = name === "a" && /^https?:\/\//.test(address);
  const link = isLink && { href: address, target: "_blank", rel: "noopener noreferrer" };
  return h(name as "a", link || {}, ...inside);
}
