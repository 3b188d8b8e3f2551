// Written by js/scripts/contract.py from session/colors/tables.py. Do not edit.

export const CATEGORIES: readonly { light: string; dark: string }[] = [
  { light: "#0a7648", dark: "#4ca776" },
  { light: "#b75281", dark: "#ee83b2" },
  { light: "#889d37", dark: "#d3eb85" },
  { light: "#3c33b1", dark: "#6367e7" },
  { light: "#8e1902", dark: "#c54f3a" },
  { light: "#43a2ae", dark: "#86e2ef" },
  { light: "#a78c7c", dark: "#e7cab9" },
  { light: "#593b56", dark: "#83627f" },
  { light: "#8072c2", dark: "#b6aaff" },
  { light: "#756814", dark: "#c1ac15" },
  { light: "#1f5142", dark: "#497a69" },
  { light: "#922376", dark: "#c656a6" },
  { light: "#4b552e", dark: "#758057" },
  { light: "#8a48b4", dark: "#bf7cec" },
  { light: "#828459", dark: "#b9bb8f" },
  { light: "#a07278", dark: "#dba8af" },
  { light: "#3a598b", dark: "#6687bd" },
  { light: "#917597", dark: "#c9abd0" },
  { light: "#774b51", dark: "#a7777e" },
  { light: "#5e8431", dark: "#92ba66" },
  { light: "#61978c", dark: "#9ad1c5" },
  { light: "#b33f47", dark: "#ed7477" },
  { light: "#ba7fa6", dark: "#fabae4" },
  { light: "#5e1683", dark: "#9957c4" },
];
export const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  "Okabe-Ito": ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000"],
  "Tol muted": ["#cc6677", "#332288", "#ddcc77", "#117733", "#88ccee", "#882255", "#44aa99", "#999933", "#aa4499"],
};
export const COLORMAPS: Readonly<Record<string, string>> = {
  viridis: "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725",
  cividis: "00224e 1a386f 434e6c 61656f 7d7c78 9b9476 bcae6c dec958 fee838",
  magma: "000004 1d1147 51127c 832681 b73779 e75263 fc8961 fec488 fcfdbf",
  grey: "000000 202020 404040 606060 808080 a0a0a0 c0c0c0 e0e0e0 ffffff",
};
export const UNKNOWN: { light: string; dark: string } = { light: "#a5acb5", dark: "#5d6570" };
export const PLAIN: { light: string; dark: string } = { light: "#5f6975", dark: "#9aa3ae" };
export const PALE = "#b9c0c8";
