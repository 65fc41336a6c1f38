/* Lines over the last two minutes, one for each worker. */

const SPAN = 120;

class Chart {
  /** `show` makes a text of a value; `top` is the greatest value there can be, if there is one. */
  constructor(title, show, top) {
    this.show = show;
    this.top = top;
    this.points = [];
    this.hovered = null;
    this.canvas = make("canvas", {});
    this.legend = make("div", { className: "legend" });
    this.element = make("div", { className: "chart" }, make("h3", {}, title), this.canvas, this.legend);
    this.canvas.onpointermove = (event) => this.hover(event.offsetX);
    this.canvas.onpointerleave = () => this.hover(null);
  }

  clear() {
    this.points = [];
  }

  /** The values of all series at one moment, in seconds. */
  add(time, values) {
    this.points.push({ time, values });
    while (this.points[0].time < time - SPAN - 2) this.points.shift();
    this.draw();
  }

  hover(x) {
    this.hovered = x;
    this.draw();
  }

  draw() {
    const [width, height, ratio] = [this.canvas.clientWidth, this.canvas.clientHeight, window.devicePixelRatio || 1];
    if (width === 0 || this.points.length === 0) return;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const area = { left: 44, right: width - 6, top: 8, bottom: height - 18 };
    const end = this.points.at(-1).time;
    const top = this.top ?? roundUp(Math.max(...this.points.flatMap((point) => point.values), 0));
    area.x = (time) => area.right - ((end - time) / SPAN) * (area.right - area.left);
    area.y = (value) => area.bottom - (Math.min(value, top) / top) * (area.bottom - area.top);
    this.drawGrid(context, area, top);
    const nearest = this.nearest(area);
    this.drawLines(context, area, nearest);
    this.tell(nearest);
  }

  drawGrid(context, area, top) {
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = colour("muted");
    context.strokeStyle = colour("line");
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const share of [0, 0.5, 1]) {
      const y = Math.round(area.y(share * top)) + 0.5;
      line(context, area.left, y, area.right, y);
      context.fillText(this.show(share * top, true), area.left - 6, y);
    }
    context.textBaseline = "alphabetic";
    for (const ago of [120, 60, 0]) {
      const x = area.right - (ago / SPAN) * (area.right - area.left);
      context.textAlign = ago === 0 ? "right" : ago === 120 ? "left" : "center";
      context.fillText(ago === 0 ? "now" : `${ago} s ago`, x, area.bottom + 14);
    }
  }

  drawLines(context, area, nearest) {
    const series = this.points.at(-1).values.length;
    context.save();
    context.beginPath();
    context.rect(area.left, 0, area.right - area.left, area.bottom + 2);
    context.clip();
    context.lineWidth = series > 16 ? 1 : 1.6;
    context.lineJoin = "round";
    for (let at = series - 1; at >= 0; at -= 1) {
      context.strokeStyle = seriesColour(at);
      context.beginPath();
      for (const point of this.points) {
        if (point.values[at] !== undefined) context.lineTo(area.x(point.time), area.y(point.values[at]));
      }
      context.stroke();
    }
    if (this.hovered !== null) {
      context.strokeStyle = colour("muted");
      context.lineWidth = 1;
      const x = Math.round(area.x(nearest.time)) + 0.5;
      line(context, x, area.top, x, area.bottom);
    }
    context.restore();
  }

  /** The moment under the pointer, else the newest. */
  nearest(area) {
    if (this.hovered === null) return this.points.at(-1);
    const distance = (point) => Math.abs(area.x(point.time) - this.hovered);
    return this.points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
  }

  /** The values beside the names, for the first few series. */
  tell(point) {
    const shown = point.values.slice(0, 8);
    while (this.legend.childElementCount > shown.length) this.legend.lastChild.remove();
    while (this.legend.childElementCount < shown.length) {
      const at = this.legend.childElementCount;
      const key = make("span", { className: "key" });
      this.legend.append(make("span", {}, key, `worker ${at}`, make("span", { className: "amount" })));
    }
    shown.forEach((value, at) => {
      this.legend.children[at].firstChild.style.color = seriesColour(at);
      setText(this.legend.children[at].lastChild, this.show(value));
    });
  }
}

function line(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

/** The next number that looks well at an axis. */
function roundUp(value) {
  if (value <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].find((step) => value <= step * size) * size;
}
