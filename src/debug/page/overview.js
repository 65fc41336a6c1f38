/* The first view: figures, charts, and what each worker does. */

class Overview {
  constructor() {
    this.before = null;
    this.tiles = new Map();
    this.charts = {
      busy: new Chart("Busy", percent, 1),
      polls: new Chart("Polls per second", (value) => brief(value)),
      steals: new Chart("Steals per second", (value) => brief(value)),
      queue: new Chart("Tasks in the worker's queue", (value) => brief(value)),
    };
    byId("charts").append(...Object.values(this.charts).map((chart) => chart.element));
    this.workers = new Table(byId("workers"), WORKER_COLUMNS, { key: (row) => row.worker, empty: "no worker was needed so far" });
    this.figures = new Table(byId("figures"), FIGURE_COLUMNS, { key: (row) => row.name });
  }

  /** Shows one runtime of an answer. What the answer before had of it gives the rates. */
  show(status, runtime) {
    const before = this.follows(status, runtime) ? this.before : null;
    const elapsed = before ? status.now - before.now : 0;
    if (!before) Object.values(this.charts).forEach((chart) => chart.clear());
    this.before = { now: status.now, process: status.process, runtime };
    const rate = (value, old) => (before && old !== undefined ? Math.max(0, value - old) / elapsed : null);
    const figures = status.figures.map((figure, at) => {
      const value = runtime.values[at];
      const perSecond = figure.kind === "counter" ? rate(value, before?.runtime.values[at]) : null;
      return { ...figure, value, perSecond };
    });
    const workers = runtime.workers.map((worker, at) => {
      const old = before?.runtime.workers[at];
      return {
        busy: Math.min(1, rate(worker.busy, old?.busy) ?? 0),
        polls: rate(worker.polls, old?.polls) ?? 0,
        steals: rate(worker.steals, old?.steals) ?? 0,
        queue: worker.queue,
        meanPoll: worker.mean_poll,
      };
    });
    this.figures.set(figures);
    this.workers.set(runtime.posts.map((post) => ({ ...workers[post.worker], ...post })));
    this.showTiles(Object.fromEntries(figures.map((figure) => [figure.name, figure])), workers);
    if (!before) return;
    for (const [name, chart] of Object.entries(this.charts)) chart.add(status.now, workers.map((worker) => worker[name]));
  }

  /** Whether the answer before was of the same runtime; and of the same program, which may have been started again meanwhile. */
  follows(status, runtime) {
    const before = this.before;
    return before?.runtime.number === runtime.number && before.process === status.process && before.now < status.now;
  }

  showTiles(figures, workers) {
    const value = (name) => figures[name].value;
    const busy = value("permits") - value("idle_permits");
    const queued = value("global_queue_tasks") + value("local_queue_tasks");
    const retakes = value("blocked_retakes") + value("computing_retakes");
    this.tile("Tasks", amount(value("tasks")), "", `${amount(value("spawned_tasks"))} spawned`);
    this.tile("Polls", brief(figures.polls.perSecond ?? 0), "/s", `${brief(figures.spawned_tasks.perSecond ?? 0)} spawns/s`);
    this.tile("Permits in use", amount(busy), `of ${amount(value("permits"))}`, `busy ${percent(mean(workers.map((worker) => worker.busy)))}`);
    this.tile("Tasks queued", amount(queued), "", `${amount(value("global_queue_tasks"))} in the shared queue`);
    this.tile("Retakes", amount(retakes), "", `${counted(value("blocked_workers"), "worker", "workers")} blocked now`);
    const pool = value("blocking_threads");
    this.tile("Blocking pool", amount(pool - value("idle_blocking_threads")), `of ${amount(pool)}`, `${amount(value("blocking_queue_closures"))} closures wait`);
    this.tile("Sockets and the like", amount(value("registrations") - value("deregistrations")), "", `${brief(figures.io_events.perSecond ?? 0)} events/s`);
  }

  tile(label, value, unit, note) {
    if (!this.tiles.has(label)) {
      const parts = [make("span", {}), make("span", { className: "unit" }), make("div", { className: "note" })];
      const shown = make("div", { className: "value" }, parts[0], parts[1]);
      byId("tiles").append(make("div", { className: "tile" }, make("div", { className: "label" }, label), shown, parts[2]));
      this.tiles.set(label, parts);
    }
    [value, unit, note].forEach((text, at) => setText(this.tiles.get(label)[at], text));
  }

  redraw() {
    Object.values(this.charts).forEach((chart) => chart.draw());
  }
}

const WORKER_COLUMNS = [
  { title: "Worker", value: (row) => row.worker, className: "number" },
  { title: "Does", value: doing, className: "short" },
  { title: "For", value: (row) => row.elapsed, text: (row) => duration(row.elapsed), className: "number", descends: true },
  { title: "Busy", value: (row) => row.busy, text: (row) => (row.busy === undefined ? "" : percent(row.busy)), className: "number", descends: true },
  { title: "Polls/s", value: (row) => row.polls, text: (row) => amount(whole(row.polls)), className: "number", descends: true },
  { title: "Steals/s", value: (row) => row.steals, text: (row) => amount(whole(row.steals)), className: "number", descends: true },
  { title: "Queue", value: (row) => row.queue, text: (row) => amount(row.queue), className: "number", descends: true },
  { title: "Mean poll", value: (row) => row.meanPoll, text: (row) => duration(row.meanPoll), className: "number", descends: true },
  { title: "Spawned at", value: (row) => row.place, className: "code" },
  { title: "Type", value: (row) => row.type, className: "code" },
];

const FIGURE_COLUMNS = [
  { title: "Figure", value: (row) => row.name, className: "short" },
  { title: "Value", value: (row) => row.value, text: figureText, className: "number", descends: true },
  { title: "Per second", value: (row) => row.perSecond, text: (row) => amount(tidy(row.perSecond)), className: "number", descends: true },
  { title: "Is", value: (row) => row.help, className: "help" },
];

function doing(post) {
  if (post.is_polling) {
    const what = post.task === null ? "a block_on" : `task ${post.task}`;
    return `polls ${what}${post.has_permit ? "" : ", without a permit"}`;
  }
  return post.has_permit ? "between two polls" : "idle";
}

function figureText(row) {
  return row.name.endsWith("_seconds") ? duration(row.value) : amount(row.value);
}

function whole(value) {
  return value === undefined ? value : Math.round(value);
}

function tidy(value) {
  return value === null ? value : value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function mean(values) {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
