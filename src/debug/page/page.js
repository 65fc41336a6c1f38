/* What runs the page: it asks once a second, and shows the view that was chosen. */

const PERIOD = 1000;

/** For so long an answer may take before that is told; a dump of very many tasks takes its time. */
const LATE = 5000;

async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const STALL_COLUMNS = [
  { title: "Longest", value: (row) => row.longest, text: (row) => duration(row.longest), className: "number", descends: true },
  { title: "Count", value: (row) => row.count, text: (row) => amount(row.count), className: "number", descends: true },
  { title: "Spawned at", value: (row) => row.place, className: "code" },
  { title: "The longest", value: (row) => row.activity, text: (row) => row.activity ?? "is in one poll", className: "short" },
  { title: "Task", value: (row) => (row.task === null ? null : Number(row.task)), text: (row) => row.task ?? "block_on", className: "number" },
  { title: "Last seen", value: (row) => row.ago, text: (row) => `${duration(row.ago)} ago`, className: "number" },
  { title: "Type", value: (row) => row.type, className: "code" },
];

const overview = new Overview();
const tasks = new Tasks();
const trace = new TraceView();
const stalls = new Table(byId("stall-table"), STALL_COLUMNS, {
  key: (row) => `${row.place} ${row.type}`,
  empty: "no poll took that long",
});
let isPaused = false;

function view() {
  const name = location.hash.slice(1);
  return ["tasks", "stalls", "trace"].includes(name) ? name : "overview";
}

function showView() {
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== view();
  for (const link of document.querySelectorAll("nav a[href^='#']")) {
    if (link.hash === `#${view()}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  redraw();
}

/** Canvases have no size while they are hidden, and keep the colours that they were drawn with. */
function redraw() {
  if (view() === "overview") overview.redraw();
  if (view() === "trace") trace.timeline.redraw();
}

/** The runtime that was chosen, else the first. */
function chooseRuntime(status) {
  const select = byId("runtime");
  const label = (runtime) => `runtime ${runtime.number}${runtime.name ? ` (${runtime.name})` : ""}`;
  const labels = status.runtimes.map(label);
  if (labels.join("\n") !== [...select.options].map((option) => option.textContent).join("\n")) {
    const before = select.value;
    select.replaceChildren(...status.runtimes.map((runtime) => make("option", { value: runtime.number }, label(runtime))));
    if (status.runtimes.some((runtime) => runtime.number === before)) select.value = before;
  }
  select.hidden = status.runtimes.length < 2;
  return status.runtimes.find((runtime) => runtime.number === select.value);
}

/** Says how it stands; while the page is paused, that alone, also of an answer that was asked for before. */
function showState(text, name) {
  if (isPaused) [text, name] = ["paused", ""];
  setText(byId("state"), text);
  byId("state").className = `state ${name}`;
}

async function refresh() {
  const status = await get("/debug/status.json");
  document.title = status.program;
  setText(byId("program"), status.program);
  const missing = status.all_runtimes - status.runtimes.length;
  setText(byId("process"), `process ${status.process}${missing > 0 ? `, ${missing} more runtimes` : ""}`);
  const runtime = chooseRuntime(status);
  if (!runtime) {
    showState("no runtime yet", "");
    return;
  }
  tasks.runtime = runtime.number;
  overview.show(status, runtime);
  stalls.set(runtime.stalls);
  byId("stall-count").hidden = runtime.stalls.length === 0;
  setText(byId("stall-count"), amount(runtime.stalls.length));
  if (view() === "tasks") await tasks.refresh();
  showState("live", "live");
}

/** Asks again and again, but not while nobody can see it. */
async function run() {
  if (!isPaused && !document.hidden) {
    // A program that was stopped, by a debugger perhaps, takes the question and says nothing.
    const late = setTimeout(() => showState("no answer yet", "lost"), LATE);
    try {
      await refresh();
    } catch (error) {
      console.error(error);
      showState("no answer", "lost");
    }
    clearTimeout(late);
  }
  setTimeout(run, PERIOD);
}

byId("pause").onclick = () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  setText(byId("pause"), isPaused ? "Go on" : "Pause");
  showState("connecting", "");
};
window.onhashchange = () => {
  showView();
  if (view() === "tasks") tasks.ask();
};
window.onresize = redraw;
matchMedia("(prefers-color-scheme: dark)").onchange = redraw;
showView();
run();
