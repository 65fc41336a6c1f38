/* The fourth view: records a trace, or opens one from a file, and shows it. */

class TraceView {
  constructor() {
    this.timeline = new Timeline(byId("timeline"), byId("trace-details"));
    byId("record").onclick = () => this.record();
    byId("open").onchange = () => this.open();
    byId("zoom-in").onclick = () => this.timeline.trace && this.timeline.zoom(0.5);
    byId("zoom-out").onclick = () => this.timeline.trace && this.timeline.zoom(2);
    byId("zoom-all").onclick = () => this.timeline.showAll();
  }

  async record() {
    const seconds = byId("seconds").value;
    byId("record").disabled = true;
    this.say(`recording for ${seconds} s`);
    try {
      const answer = await fetch(`/debug/trace?seconds=${seconds}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(await answer.text());
      this.show(await answer.text());
    } catch (error) {
      this.say(`no trace: ${error.message}`);
    }
    byId("record").disabled = false;
  }

  async open() {
    const [file] = byId("open").files;
    if (!file) return;
    try {
      this.show(await file.text());
    } catch (error) {
      this.say(`${file.name} is no trace: ${error.message}`);
    }
    byId("open").value = "";
  }

  show(text) {
    const trace = readTrace(text);
    URL.revokeObjectURL(byId("download").href);
    byId("download").href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    byId("trace-shown").hidden = false;
    this.timeline.set(trace);
    const slices = trace.tracks.reduce((sum, track) => sum + track.slices.length, 0);
    const hidden = trace.hidden > 0 ? `, ${amount(trace.hidden)} more threads are not shown` : "";
    const length = duration((trace.end - trace.begin) / 1e6);
    this.say(`${length}, ${counted(trace.tracks.length, "thread", "threads")}, ${counted(slices, "slice", "slices")}, ${counted(trace.retakes.length, "retake", "retakes")}${hidden}`);
  }

  say(text) {
    setText(byId("trace-summary"), text);
  }
}
