/* Browsers start no worker for a page that was opened by a double click: the search of the site
   then runs in a hidden frame. */
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.inside = frame.contentWindow;
      this.loaded = new Promise((done) => {
        frame.onload = done;
      });
      window.addEventListener("message", ({ source, data }) => {
        if (source === this.inside) this.dispatchEvent(new MessageEvent("message", { data }));
      });
      const { document: page } = this.inside;
      page.open();
      page.write(
        "<body><script>postMessage = (data) => parent.postMessage(data, '*');</script>" +
          `<script src="${url}"></script></body>`,
      );
      page.close();
    }

    async postMessage(data) {
      await this.loaded;
      this.inside.dispatchEvent(new MessageEvent("message", { data }));
    }
  };
}
