import { configDefaults, defineConfig } from "vitest/config";

const mocking = ["test/screenshot.test.ts"]; // replaces a module, which others would then find

export default defineConfig({
  test: {
    environment: "jsdom",
    setupFiles: ["test/browser.ts"],
    css: true, // a test reads the colours out of the style sheets
    projects: [
      {
        extends: true,
        test: {
          name: "one page", // for all files of a worker: a fresh one takes longer than its tests
          isolate: false,
          include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
          exclude: [...configDefaults.exclude, ...mocking],
        },
      },
      { extends: true, test: { name: "own page", include: mocking } },
    ],
  },
});
