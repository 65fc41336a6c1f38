/* Tables that are sorted by a click, and filled anew every second without losing their rows. */

class Table {
  /**
   * Each column has a title, the value to sort by, and perhaps a class, the text that is shown instead of the value, and whether
   * the greatest comes first. `options.key` tells rows apart; `options.choose` is called with the row that is clicked.
   */
  constructor(element, columns, options) {
    this.columns = columns;
    this.options = options;
    this.rows = [];
    this.lines = new Map();
    this.sortedBy = columns[options.sortedBy ?? 0];
    this.descends = this.sortedBy.descends ?? false;
    this.chosen = null;
    this.heads = columns.map((column) => this.head(column));
    this.body = make("tbody", {});
    element.append(make("thead", {}, make("tr", {}, ...this.heads)), this.body);
    this.markSorted();
  }

  head(column) {
    const button = make("button", { type: "button", onclick: () => this.sortBy(column) }, column.title);
    return make("th", { scope: "col", className: column.className === "number" ? "number" : "" }, button);
  }

  sortBy(column) {
    this.descends = this.sortedBy === column ? !this.descends : (column.descends ?? false);
    this.sortedBy = column;
    this.markSorted();
    this.show();
  }

  markSorted() {
    this.columns.forEach((column, at) => {
      if (column !== this.sortedBy) this.heads[at].removeAttribute("aria-sort");
      else this.heads[at].setAttribute("aria-sort", this.descends ? "descending" : "ascending");
    });
  }

  set(rows) {
    this.rows = rows;
    this.show();
  }

  choose(key) {
    this.chosen = key;
    this.show();
  }

  show() {
    const sign = this.descends ? -1 : 1;
    const value = this.sortedBy.value;
    const rows = [...this.rows].sort((a, b) => sign * compare(value(a), value(b)));
    const before = this.lines;
    this.lines = new Map();
    const alike = new Map();
    const shown = rows.map((row) => {
      const key = this.options.key(row);
      // Rows that nothing tells apart have a line each all the same.
      const place = `${alike.get(key) ?? 0} ${key}`;
      alike.set(key, (alike.get(key) ?? 0) + 1);
      const line = before.get(place) ?? this.line();
      this.lines.set(place, line);
      this.fill(line, row, key);
      return line;
    });
    if (shown.length === 0) shown.push(this.emptyLine());
    // Rows that stay where they are are not touched.
    const inPlace = shown.length === this.body.childElementCount && shown.every((line, at) => this.body.children[at] === line);
    if (!inPlace) this.body.replaceChildren(...shown);
  }

  line() {
    const line = make("tr", {}, ...this.columns.map((column) => make("td", { className: column.className ?? "" })));
    if (this.options.choose) {
      line.tabIndex = 0;
      line.onclick = () => this.options.choose(line.row);
      line.onkeydown = (event) => event.key === "Enter" && this.options.choose(line.row);
    }
    return line;
  }

  fill(line, row, key) {
    line.row = row;
    line.classList.toggle("chosen", this.chosen !== null && key === this.chosen);
    this.columns.forEach((column, at) => {
      const shown = (column.text ?? column.value)(row);
      const set = column.className === "code" ? setCode : setText;
      set(line.children[at], String(shown ?? ""));
    });
  }

  emptyLine() {
    this.emptyRow ??= make("tr", { className: "empty" }, make("td", { colSpan: this.columns.length }, this.options.empty ?? "none"));
    return this.emptyRow;
  }
}

/** Nothing comes before everything; numbers by value, and texts as a reader expects, with numbers in them by value. */
function compare(a, b) {
  const [hasA, hasB] = [a !== null && a !== undefined, b !== null && b !== undefined];
  if (!hasA || !hasB) return Number(hasA) - Number(hasB);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
