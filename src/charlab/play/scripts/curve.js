// Curves over a text: a line for each of some names, from 0 to 1, the characters below.

const SVG = "http://www.w3.org/2000/svg";

const draw = (name, attributes, ...children) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

/**
 * @param box where the curves go.
 * @param names of the characters.
 * @param lines {name, shares}: a share for each character.
 */
const showCurves = (box, names, lines) => {
  const [top, left, height] = [8, 40, 150];
  const step = Math.max(16, Math.min(40, 560 / Math.max(1, names.length)));
  const width = left + names.length * step + 8;
  const x = (t) => left + (t + 0.5) * step;
  const y = (share) => top + (1 - share) * height;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${top + height + 26}`, width, height: top + height + 26,
    role: "img", "aria-label": "Probability of the likeliest labels after each character" });
  for (const share of [0, 0.5, 1])
    svg.append(draw("line", { class: "grid", x1: left, x2: width - 4, y1: y(share), y2: y(share) }),
      draw("text", { class: "tick", x: left - 6, y: y(share) + 4, "text-anchor": "end" }, `${100 * share}%`));
  names.forEach((name, t) => svg.append(draw("text", { class: "letter", x: x(t), y: top + height + 18, "text-anchor": "middle" }, name)));
  lines.forEach(({ shares }, i) => {
    const points = Array.from(shares, (share, t) => `${x(t)},${y(share)}`).join(" ");
    svg.append(draw("polyline", { class: `line series-${i + 1}`, points }));
    shares.forEach((share, t) => svg.append(draw("circle", { class: `dot series-${i + 1}`, cx: x(t), cy: y(share), r: 2.6 })));
  });
  box.replaceChildren(svg);
};
