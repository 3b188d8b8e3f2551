import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    setupFiles: ["test/browser.ts"],
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    css: true, // a test reads the colours out of the style sheets
  },
});
