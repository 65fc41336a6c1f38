/* The second view: tasks in groups, and some of one group. */

class Tasks {
  constructor() {
    this.runtime = null;
    this.chosen = null;
    this.asked = 0;
    this.groups = null;
    this.by = byId("by");
    this.filter = byId("filter");
    this.by.onchange = () => this.start();
    this.filter.oninput = () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.ask(), 200);
    };
    byId("group-close").onclick = () => this.choose(null);
    this.singles = new Table(byId("singles"), SINGLE_COLUMNS, { key: (row) => row.task ?? `${row.place} ${row.type}` });
    this.start();
  }

  /** A table with the columns that this way of grouping has. */
  start() {
    this.choose(null);
    byId("groups").replaceChildren();
    const shown = (column) => !column.only || column.only.includes(this.by.value);
    this.groups = new Table(byId("groups"), GROUP_COLUMNS.filter(shown), {
      key: (row) => row.group,
      choose: (row) => this.choose(row),
      empty: "no tasks",
    });
    this.ask();
  }

  choose(row) {
    this.chosen = row;
    byId("group").hidden = row === null;
    this.groups?.choose(row?.group ?? null);
    if (row) this.ask();
  }

  /** The same at once, for what a user has changed. If it fails, so does the next second's, which tells of it. */
  ask() {
    this.refresh().catch((error) => console.error(error));
  }

  /** Asks for the groups and for the one that is chosen. An answer that comes behind a newer question is left out. */
  async refresh() {
    if (this.runtime === null) return;
    const asked = (this.asked += 1);
    const query = new URLSearchParams({ runtime: this.runtime, by: this.by.value, filter: this.filter.value.trim() });
    const answer = await get(`/debug/tasks.json?${query}`);
    if (asked !== this.asked) return;
    this.show(answer);
    if (this.chosen === null) return;
    query.set("group", this.chosen.group);
    const group = await get(`/debug/group.json?${query}`);
    if (asked === this.asked) this.showGroup(group);
  }

  show(answer) {
    this.groups.set(answer.groups);
    const filtered = this.filter.value.trim() === "" ? "" : `${amount(answer.selected)} of `;
    const unlisted = answer.unlisted === 1 ? "1 has not waited so far and is" : `${amount(answer.unlisted)} have not waited so far and are`;
    const rest = answer.unlisted > 0 ? `, ${unlisted} not listed` : "";
    setText(byId("task-summary"), `${filtered}${counted(answer.listed, "task", "tasks")}${rest}`);
    const others = `${counted(answer.other_groups, "smaller group", "smaller groups")} with ${counted(answer.other_tasks, "task", "tasks")}`;
    setText(byId("group-rest"), answer.other_groups > 0 ? `and ${others}` : "");
  }

  showGroup(answer) {
    const shown = answer.tasks.length < answer.count ? `${amount(answer.tasks.length)} of ` : "";
    const { place, type, reason, state } = this.chosen;
    setText(byId("group-title"), `${shown}${counted(answer.count, "task", "tasks")}: ${place ?? type ?? reason ?? state}`);
    this.singles.set(answer.tasks);
  }
}

function stateText(row) {
  const reason = row.reason ? `: ${row.reason}` : "";
  const limit = row.has_timeout && row.reason !== "timeout" ? ", with a timeout" : "";
  return `${row.state ?? ""}${reason}${limit}`;
}

function namesText(row) {
  return row.names.length < row.count && row.names.length > 0 ? `${row.names.join(", ")}, \u2026` : row.names.join(", ");
}

const GROUP_COLUMNS = [
  { title: "Count", value: (row) => row.count, text: (row) => amount(row.count), className: "number", descends: true },
  { title: "State", value: stateText, className: "short", only: ["alike", "reason"] },
  { title: "Spawned at", value: (row) => row.place, className: "code", only: ["alike", "place"] },
  { title: "Type", value: (row) => row.type, className: "code", only: ["alike", "type"] },
  { title: "Names", value: namesText },
  { title: "Kind", value: (row) => row.kind, className: "short", only: ["alike"] },
  { title: "Runs for", value: (row) => row.elapsed, text: (row) => duration(row.elapsed), className: "number", descends: true },
  { title: "First", value: (row) => (row.first === null ? null : Number(row.first)), text: (row) => row.first, className: "number" },
];

const SINGLE_COLUMNS = [
  { title: "Task", value: (row) => (row.task === null ? null : Number(row.task)), text: (row) => row.task, className: "number" },
  { title: "Name", value: (row) => row.name },
  { title: "State", value: stateText, className: "short" },
  { title: "Spawned at", value: (row) => row.place, className: "code" },
  { title: "Type", value: (row) => row.type, className: "code" },
  { title: "Kind", value: (row) => row.kind, className: "short" },
  { title: "Worker", value: (row) => row.worker, className: "number" },
  { title: "Runs for", value: (row) => row.elapsed, text: (row) => duration(row.elapsed), className: "number", descends: true },
];
