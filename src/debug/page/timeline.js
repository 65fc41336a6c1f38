/* A trace as a picture: a track for each thread, what it did from left to right, and who woke whom. */

const LANE = 18;
const TRACK_GAP = 8;
/* Times stand above the flags of retakes. */
const TIMES = 8;
const AXIS = 30;

class Timeline {
  constructor(canvas, details) {
    this.canvas = canvas;
    this.details = details;
    this.trace = null;
    this.pointed = null;
    this.chosen = null;
    this.drag = null;
    canvas.tabIndex = 0;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = (event) => this.release(event);
    canvas.onpointerleave = () => this.point(null);
    canvas.ondblclick = () => this.showAll();
    canvas.onkeydown = (event) => this.key(event);
  }

  set(trace) {
    this.trace = trace;
    this.pointed = this.chosen = null;
    let y = AXIS;
    for (const track of trace.tracks) {
      track.top = y;
      y += Math.max(1, track.lanes.length) * LANE + TRACK_GAP;
    }
    this.height = y;
    this.canvas.style.height = `${y}px`;
    this.showAll();
  }

  get left() {
    return this.canvas.clientWidth < 700 ? 90 : 210;
  }

  get width() {
    return Math.max(1, this.canvas.clientWidth - this.left);
  }

  x(time) {
    return this.left + ((time - this.from) / (this.to - this.from)) * this.width;
  }

  time(x) {
    return this.from + ((x - this.left) / this.width) * (this.to - this.from);
  }

  showAll() {
    if (!this.trace) return;
    this.show(this.trace.begin, this.trace.end);
  }

  /** Shows from here to there, within what there is. */
  show(from, to) {
    const whole = this.trace.end - this.trace.begin;
    const length = Math.min(Math.max(to - from, 0.05), whole);
    this.from = Math.min(Math.max(from, this.trace.begin), this.trace.end - length);
    this.to = this.from + length;
    this.redraw();
  }

  zoom(factor, around = (this.from + this.to) / 2) {
    this.show(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }

  pan(share) {
    const by = share * (this.to - this.from);
    this.show(this.from + by, this.to + by);
  }

  wheel(event) {
    if (!this.trace || event.offsetX < this.left) return;
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan((event.deltaX || event.deltaY) / this.width);
    else this.zoom(1.0015 ** event.deltaY, this.time(event.offsetX));
  }

  press(event) {
    if (!this.trace) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { x: event.offsetX, from: this.from, to: this.to, moved: false };
  }

  move(event) {
    if (!this.trace) return;
    if (!this.drag) return this.point({ x: event.offsetX, y: event.offsetY });
    const by = ((this.drag.x - event.offsetX) / this.width) * (this.to - this.from);
    this.drag.moved ||= Math.abs(this.drag.x - event.offsetX) > 3;
    if (this.drag.moved) this.show(this.drag.from + by, this.drag.to + by);
  }

  release(event) {
    if (this.drag && !this.drag.moved) {
      this.chosen = this.at(event.offsetX, event.offsetY);
      this.redraw();
    }
    this.drag = null;
  }

  key(event) {
    if (!this.trace) return;
    const does = {
      "+": () => this.zoom(0.7), w: () => this.zoom(0.7), "-": () => this.zoom(1.4), s: () => this.zoom(1.4),
      ArrowLeft: () => this.pan(-0.15), a: () => this.pan(-0.15), ArrowRight: () => this.pan(0.15), d: () => this.pan(0.15),
      0: () => this.showAll(), Escape: () => { this.chosen = null; this.redraw(); },
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }

  point(place) {
    const found = place && this.at(place.x, place.y);
    if (found?.thing === this.pointed?.thing) return;
    this.pointed = found;
    this.redraw();
  }

  /** What is drawn there: an instant before a slice. */
  at(x, y) {
    const track = this.trace.tracks.find((track) => y >= track.top - TRACK_GAP / 2 && y < track.top + Math.max(1, track.lanes.length) * LANE);
    if (!track || x < this.left) return null;
    const near = (this.to - this.from) / this.width * 4;
    const time = this.time(x);
    const instants = track.instants.filter((instant) => Math.abs(instant.at - time) <= near);
    const rank = (instant) => (instant.name === "retake" ? -1 : Math.abs(instant.at - time));
    const lane = track.lanes[Math.floor((y - track.top) / LANE)];
    const slice = lane && findSlice(lane, time, near / 4);
    if (instants.length > 0 && (!slice || y < track.top + 6 || instants.some((instant) => instant.name === "retake"))) {
      return { track, thing: instants.reduce((best, instant) => (rank(instant) < rank(best) ? instant : best)) };
    }
    return slice ? { track, thing: slice } : null;
  }

  /** Draws with the next picture of the browser, once. */
  redraw() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw();
    });
  }

  draw() {
    const [width, ratio] = [this.canvas.clientWidth, window.devicePixelRatio || 1];
    if (!this.trace || width === 0) return;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(this.height * ratio)];
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.colours = {
      ink: colour("ink"), muted: colour("muted"), line: colour("line"), bad: colour("bad"), panel: colour("panel"), bar: colour("bar"),
      series: [0, 1, 2, 3, 4, 5, 6, 7].map(seriesColour),
    };
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.drawAxis(context, width);
    this.trace.tracks.forEach((track) => this.drawName(context, track, width));
    context.save();
    context.beginPath();
    context.rect(this.left, 0, width - this.left, this.height);
    context.clip();
    this.trace.tracks.forEach((track) => this.drawSlices(context, track));
    this.trace.tracks.forEach((track) => this.drawInstants(context, track));
    this.trace.retakes.forEach((retake) => this.drawRetake(context, retake));
    const told = this.pointed ?? this.chosen;
    if (told?.thing.end !== undefined) this.drawFlows(context, told);
    context.restore();
    this.tell(told);
  }

  drawAxis(context, width) {
    const { muted, line: faint } = this.colours;
    const step = roundUp(((this.to - this.from) / this.width) * 110);
    context.fillStyle = muted;
    context.strokeStyle = faint;
    context.lineWidth = 1;
    context.textAlign = "left";
    const first = Math.ceil((this.from - this.trace.begin) / step) * step;
    for (let at = first; at <= this.to - this.trace.begin; at += step) {
      const x = Math.round(this.x(this.trace.begin + at)) + 0.5;
      line(context, x, AXIS - 6, x, this.height);
      if (x < width - 50) context.fillText(axisText(at, this.to - this.trace.begin, step), x + 4, TIMES);
    }
  }

  drawName(context, track, width) {
    const { ink, line: faint } = this.colours;
    context.textAlign = "left";
    context.fillStyle = ink;
    const name = this.left < 100 ? shortName(track) : track.name;
    context.fillText(fitted(context, name, this.left - 10), 2, track.top + LANE / 2);
    context.strokeStyle = faint;
    const y = track.top - TRACK_GAP / 2 + 0.5;
    line(context, 0, y, width, y);
  }

  drawSlices(context, track) {
    context.textAlign = "left";
    track.lanes.forEach((lane, depth) => {
      const y = track.top + depth * LANE;
      let drawn = -Infinity;
      for (let at = firstEndingBehind(lane, this.from); at < lane.length && lane[at].begin <= this.to; at += 1) {
        const slice = lane[at];
        const [from, to] = [Math.max(this.x(slice.begin), this.left - 1), Math.min(this.x(slice.end), this.left + this.width + 1)];
        // Of what falls on the same pixel, the first is drawn.
        if (to - drawn < 0.7 && to - from < 0.7) continue;
        drawn = to;
        context.fillStyle = this.colourOf(slice);
        context.fillRect(from, y + 1, Math.max(0.8, to - from - (to - from > 3 ? 0.8 : 0)), LANE - 3);
        if (to - from > 40) this.drawLabel(context, slice, from, to, y);
        if (slice === this.chosen?.thing || slice === this.pointed?.thing) this.drawFrame(context, from, to, y);
      }
    });
  }

  drawLabel(context, slice, from, to, y) {
    const isFaint = slice.category === "scheduler" || slice.category === "block_on";
    context.fillStyle = isFaint ? this.colours.ink : this.colours.panel;
    context.fillText(fitted(context, shortType(slice.name), to - from - 8), from + 4, y + LANE / 2);
  }

  drawFrame(context, from, to, y) {
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 1.5;
    context.strokeRect(from, y + 1, Math.max(1, to - from), LANE - 3);
  }

  colourOf(slice) {
    if (slice.category === "scheduler") return slice.name === "park" ? this.colours.line : this.colours.bar;
    if (slice.category === "block_on") return this.colours.bar;
    let sum = 0;
    for (const text of [slice.name, slice.args.place ?? ""]) for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) >>> 0;
    return this.colours.series[sum % 8];
  }

  drawInstants(context, track) {
    let drawn = -Infinity;
    for (const instant of track.instants) {
      const x = this.x(instant.at);
      if (x < this.left || x > this.left + this.width || x - drawn < 3) continue;
      drawn = x;
      context.fillStyle = instant === this.pointed?.thing ? this.colours.ink : this.colours.muted;
      triangle(context, x, track.top - 3, 3);
    }
  }

  /** A line over all tracks, with a flag at the worker whose permit was taken. */
  drawRetake(context, retake) {
    const x = Math.round(this.x(retake.at)) + 0.5;
    if (x < this.left || x > this.left + this.width) return;
    context.strokeStyle = context.fillStyle = this.colours.bad;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    line(context, x, AXIS - 6, x, this.height);
    context.setLineDash([]);
    const isFrom = (track) => {
      const found = workerOf(track);
      return found && found.worker === retake.args["from worker"] && found.runtime === retake.args.runtime;
    };
    const from = this.trace.tracks.find(isFrom);
    triangle(context, x, AXIS - 8, 5);
    if (from) context.fillRect(x - 1.5, from.top, 3, LANE - 1);
  }

  /** Arrows from who woke the task to this slice, and from here to those that were woken. */
  drawFlows(context, { track, thing }) {
    const isHere = (end) => end.track === track.number && end.at >= thing.begin - 0.001 && end.at <= thing.end + 0.001;
    const y = (end) => {
      const found = this.trace.tracks.find((track) => track.number === end.track);
      return found && found.top + LANE / 2;
    };
    context.strokeStyle = context.fillStyle = this.colours.ink;
    context.lineWidth = 1.2;
    for (const { from, to } of this.trace.flows.filter((flow) => isHere(flow.from) || isHere(flow.to)).slice(0, 100)) {
      const [fromY, toY] = [y(from), y(to)];
      if (fromY === undefined || toY === undefined) continue;
      const [fromX, toX] = [this.x(from.at), this.x(to.at)];
      context.beginPath();
      context.moveTo(fromX, fromY);
      context.bezierCurveTo(fromX + 20, fromY, toX - 20, toY, toX, toY);
      context.stroke();
      context.beginPath();
      context.arc(toX, toY, 2.5, 0, 7);
      context.fill();
    }
  }

  /** What is pointed at, in words. */
  tell(told) {
    if (!told) return setText(this.details, "Wheel zooms, dragging moves, a double click shows all. Point at something to read it.");
    const { track, thing } = told;
    const begin = duration(((thing.begin ?? thing.at) - this.trace.begin) / 1e6);
    const length = thing.end === undefined ? "" : `, for ${duration((thing.end - thing.begin) / 1e6)}`;
    const args = Object.entries(thing.args).filter(([name, value]) => name !== "type" && !(name === "within ns" && value === 0));
    setText(this.details, `${thing.name}: at ${begin}${length}, on ${track.name}${args.map(([name, value]) => `, ${name} ${value}`).join("")}`);
  }
}

/** A time in microseconds, in the unit of the greatest that is seen, with as many digits as tell two steps apart. */
function axisText(time, greatest, step) {
  const [unit, size] = [["s", 1e6], ["ms", 1e3], ["\u00b5s", 1]].find(([, size]) => greatest >= size) ?? ["ns", 1e-3];
  return `${(time / size).toFixed(Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9)))} ${unit}`;
}

function triangle(context, x, y, size) {
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y - size);
  context.lineTo(x, y + size);
  context.fill();
}

/** The text, or as much of it as has room. */
function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  const length = Math.floor((text.length * width) / context.measureText(text).width) - 1;
  return length < 2 ? "" : `${text.slice(0, length)}\u2026`;
}

/** A type without the modules before it: `app::main::{{closure}}` is `main::{{closure}}`. */
function shortType(name) {
  const parts = name.split("::");
  const last = parts.findLastIndex((part) => !part.startsWith("{{"));
  return name.includes("<") || last <= 0 ? name : parts.slice(last).join("::");
}
