// Colours from the least to the most; the same steps are classes and highlights in the style sheet.

const RAMPS = DATA.ramps;
const darkScheme = matchMedia("(prefers-color-scheme: dark)");

const steps = (ramp) => RAMPS[ramp][0].length;

/** Which step of a ramp a share from 0 to 1 is. */
const stepOf = (ramp, share) =>
  Math.round(Math.min(1, Math.max(0, share)) * (steps(ramp) - 1));

/** Of a share from 0 to 1, in 256 parts, red, green and blue under the reader's colour scheme. */
const table = (ramp) => {
  const colours = RAMPS[ramp][darkScheme.matches ? 1 : 0].map((colour) =>
    [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
  const found = new Uint8Array(3 * 256);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (colours.length - 1);
    const below = Math.min(colours.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++)
      found[3 * i + c] = Math.round(colours[below][c]
        + (place - below) * (colours[below + 1][c] - colours[below][c]));
  }
  return found;
};

const MOST_BITS = 8; // where the ramp of surprise ends

/** A scale's name, the numbers at its ends and, of signed ones, its middle. */
const legend = (element, ramp, name, ends) => {
  const strip = make("span", { class: "strip", "aria-hidden": "true" });
  for (let i = 0; i < steps(ramp); i++) strip.append(make("i", { class: `${ramp}-${i}` }));
  element.replaceChildren(make("span", {}, name), make("span", {}, ends[0]), strip,
    make("span", {}, ends[1]));
};
