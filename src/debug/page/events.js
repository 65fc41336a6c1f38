/* What is in a trace: the tracks of its threads, and who woke whom. */

const MOST_TRACKS = 200;

/** Makes tracks of the events of a trace in Chrome's format. Times are in microseconds, as there. */
function readTrace(text) {
  const events = JSON.parse(text).traceEvents;
  const tracks = new Map();
  const [flows, regions] = [new Map(), new Map()];
  const track = (number) => {
    if (!tracks.has(number)) tracks.set(number, { number, name: `thread ${number}`, order: Infinity, slices: [], instants: [] });
    return tracks.get(number);
  };
  const shape = {
    M: (event) => {
      if (event.name === "thread_name") track(event.tid).name = event.args.name;
      if (event.name === "thread_sort_index") track(event.tid).order = event.args.sort_index;
    },
    X: (event) => track(event.tid).slices.push(slice(event, event.ts, event.dur)),
    i: (event) => track(event.tid).instants.push({ ...event, at: event.ts }),
    s: (event) => flows.set(event.id, { from: { track: event.tid, at: event.ts } }),
    f: (event) => Object.assign(flows.get(event.id) ?? {}, { to: { track: event.tid, at: event.ts } }),
    b: (event) => regions.set(event.id, event),
    e: (event) => {
      const begin = regions.get(event.id);
      if (begin) track(begin.tid).slices.push(slice(begin, begin.ts, event.ts - begin.ts));
      regions.delete(event.id);
    },
  };
  for (const event of events) shape[event.ph]?.(event);
  return arrange([...tracks.values()], [...flows.values()].filter((flow) => flow.from && flow.to));
}

function slice(event, begin, length) {
  return { name: event.name, category: event.cat, args: event.args ?? {}, begin, end: begin + length };
}

/** Puts tracks in order, slices into lanes so that what is inside another is below it, and says from when to when all of it is. */
function arrange(tracks, flows) {
  const filled = tracks.filter((track) => track.slices.length + track.instants.length > 0);
  filled.sort((a, b) => a.order - b.order || a.number - b.number);
  let [begin, end] = [Infinity, -Infinity];
  for (const track of filled) {
    track.slices.sort((a, b) => a.begin - b.begin || b.end - a.end);
    track.instants.sort((a, b) => a.at - b.at);
    track.lanes = [];
    for (const slice of track.slices) {
      const free = track.lanes.findIndex((lane) => lane.at(-1).end <= slice.begin + 0.0005);
      slice.lane = free < 0 ? track.lanes.length : free;
      (track.lanes[slice.lane] ??= []).push(slice);
      [begin, end] = [Math.min(begin, slice.begin), Math.max(end, slice.end)];
    }
    for (const instant of track.instants) [begin, end] = [Math.min(begin, instant.at), Math.max(end, instant.at)];
  }
  const shown = filled.slice(0, MOST_TRACKS);
  if (begin > end) [begin, end] = [0, 1];
  const retakes = shown.flatMap((track) => track.instants.filter((instant) => instant.name === "retake"));
  return { tracks: shown, hidden: filled.length - shown.length, flows, retakes, begin, end: Math.max(end, begin + 1) };
}

/** The worker of a track, as an instant names it. */
function workerOf(track) {
  const found = /^worker (\d+), runtime (\d+): /.exec(track.name);
  return found && { worker: Number(found[1]), runtime: Number(found[2]) };
}

function shortName(track) {
  const found = workerOf(track);
  return found ? `worker ${found.worker}/${found.runtime}` : track.name;
}

/** The first slice of a lane that ends behind this time; they do not overlap. */
function firstEndingBehind(lane, time) {
  let [low, high] = [0, lane.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane[middle].end < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function findSlice(lane, time, near) {
  const slice = lane[firstEndingBehind(lane, time - near)];
  return slice && slice.begin <= time + near ? slice : null;
}
