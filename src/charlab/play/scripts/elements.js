// Elements: text goes in as text, never as HTML.

const byId = (id) => document.getElementById(id);
const DATA = JSON.parse(byId("data").textContent);

/** An element with attributes and children; a child that is a string is a text. */
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

/** A text of any direction, kept apart from what stands around it. */
const isolated = (text, attributes = {}) => make("bdi", { dir: "auto", ...attributes }, text);

const percent = (share) =>
  share >= 0.995 ? "100%" : share >= 0.0995 ? `${Math.round(100 * share)}%`
    : share >= 0.001 ? `${(100 * share).toFixed(1)}%` : "<0.1%";

const signed = (value) => value.toFixed(2).replace("-", "−");

/** Places of the k largest of some numbers, the largest first. */
const largest = (values, k) => {
  const found = [];
  for (let i = 0; i < values.length; i++) {
    if (found.length === k && values[i] <= values[found[k - 1]]) continue;
    let place = found.length;
    while (place > 0 && values[found[place - 1]] < values[i]) place--;
    found.splice(place, 0, i);
    if (found.length > k) found.pop();
  }
  return found;
};

/** Says something to those who listen to the page, not more often than they can follow. */
const say = (() => {
  let waiting = null;
  return (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { byId("status").textContent = text; }, 400);
  };
})();

/** Does something once before the next frame, however often it is asked for. */
const oncePerFrame = (work) => {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; work(); });
  };
};
