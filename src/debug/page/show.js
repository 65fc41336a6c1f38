"use strict";

/* How things are shown: elements, numbers and times. */

const byId = (id) => document.getElementById(id);

/** An element with these properties and children. A string becomes text, never markup, whatever is in it. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/** Changes a text only where it differs, so that what a user has selected stays so. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A place or a type in pieces: lines may be broken between them, and not in the last one, the numbers of a place. */
function codePieces(text) {
  const [, name, numbers] = /^(.*?)((?::\d+)*)$/s.exec(text);
  return [...name.split(/(?<=\/|::)/), numbers];
}

/** Likewise of code. */
function setCode(element, text) {
  if (element.textContent === text) return;
  const pieces = codePieces(text);
  const numbers = make("span", { className: "short" }, pieces.pop());
  element.replaceChildren(...pieces.flatMap((piece) => [make("wbr", {}), piece]), numbers);
}

/** A whole number, or one of a few digits. */
function amount(value) {
  if (value === null || value === undefined) return "";
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: Number.isInteger(value) ? 0 : digits });
}

/** A number in few characters, for places where there is no more room: 1.2k, 3.4M. */
function brief(value) {
  const rounded = Number(value.toPrecision(3));
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]]) {
    if (Math.abs(rounded) >= size) return rounded / size + unit;
  }
  return String(rounded);
}

/** A number of seconds, in the unit that fits. */
function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds === 0) return "0 s";
  for (const [unit, size] of [["ns", 1e-9], ["µs", 1e-6], ["ms", 1e-3]]) {
    if (seconds < size * 999.5) return `${(seconds / size).toPrecision(3)} ${unit}`;
  }
  if (seconds < 100) return `${seconds.toPrecision(3)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

/** One thing, or several of them. */
function counted(number, one, many) {
  return `${amount(number)} ${number === 1 ? one : many}`;
}

/** The colour of this name in the style, which knows whether it is dark. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The colour of the series of this number. */
function seriesColour(number) {
  return colour(`s${number % 8}`);
}
