// Pointing at a mark of a chart says what it stands for, and shows it in all charts; a click keeps
// it shown; dragging enlarges a part. Marks are points ("use") and lines ("path") in groups with data-marks.
(() => {
  const NEAR = 14; // pixels from the pointer
  const tip = document.getElementById("tip");
  const hover = JSON.parse(document.getElementById("hover").textContent);
  const own = (element) => !element.closest("defs");

  const vertices = (element) => {
    if (element.localName === "use")
      return [["x", "y"].map((name) => Number(element.getAttribute(name)))];
    const pairs = (element.getAttribute("d") || "").matchAll(/(-?[\d.]+) (-?[\d.]+)/g);
    return [...pairs].map(([, x, y]) => [Number(x), Number(y)]); // none of a line outside the picture
  };

  const marksOf = (group) => {
    const names = group.dataset.marks.split(" ");
    return [...group.querySelectorAll("path, use")].filter(own).map((element, i) => {
      const line = element.localName === "path";
      const points = vertices(element);
      return { element, points, line, name: names.length > 1 ? names[i] : names[0] };
    });
  };

  const charts = [...document.querySelectorAll(".chart [data-scales]")].map((box) => {
    const svg = box.querySelector("svg");
    const above = svg.appendChild(document.createElementNS(svg.namespaceURI, "g"));
    const marks = [...svg.querySelectorAll("[data-marks]")].flatMap(marksOf);
    return { svg, above, marks, scales: JSON.parse(box.dataset.scales) };
  });

  // How far a place is from a mark, and which of its points is next to it.
  const distance = ({ points, line }, [x, y]) => {
    const lengths = points.map(([px, py]) => Math.hypot(px - x, py - y));
    let least = Math.min(...lengths);
    const point = points[lengths.indexOf(least)];
    for (let i = 1; line && i < points.length; i++) {
      const [[ax, ay], [bx, by]] = [points[i - 1], points[i]];
      const [dx, dy] = [bx - ax, by - ay];
      const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
      const part = Math.min(1, Math.max(0, along));
      least = Math.min(least, Math.hypot(ax + part * dx - x, ay + part * dy - y));
    }
    return { least: line ? least : least - 2, point }; // a point goes before a line through it
  };

  const placeOf = (svg, event) =>
    new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

  const nearest = (chart, event) => {
    const matrix = chart.svg.getScreenCTM();
    const at = placeOf(chart.svg, event);
    let found = null;
    for (const mark of chart.marks) {
      const { least, point } = distance(mark, [at.x, at.y]);
      if (least * matrix.a < NEAR && (!found || least < found.least)) found = { mark, point, least };
    }
    return found;
  };

  // What a place on an axis stands for, to four digits of what the axis spans.
  const value = (axis, share) => {
    const [low, high] = axis.log ? [Math.log(axis.low), Math.log(axis.high)] : [axis.low, axis.high];
    const place = low + share * (high - low);
    const number = axis.log ? Math.exp(place) : place;
    const digits = 4 - Math.floor(Math.log10(axis.log ? number : Math.abs(high - low)));
    const maximumFractionDigits = Math.min(20, Math.max(0, digits));
    return number.toLocaleString("en", { maximumFractionDigits, signDisplay: "negative" });
  };

  const valuesAt = (scales, [x, y]) => {
    const inside = ({ left, right, top, bottom }) => left <= x && x <= right && top <= y && y <= bottom;
    return scales.filter(inside).map((scale) =>
      `\n${scale.x.label}: ${value(scale.x, (x - scale.left) / (scale.right - scale.left))}` +
      `\n${scale.y.label}: ${value(scale.y, (scale.bottom - y) / (scale.bottom - scale.top))}`).join("");
  };

  const show = (name) => {
    for (const { above, marks } of charts)
      above.replaceChildren(...marks.filter((mark) => mark.name === name).map(({ element }) => {
        const copy = element.cloneNode();
        copy.classList.add("shown");
        return copy;
      }));
  };

  const say = (text, event) => {
    tip.hidden = false;
    tip.textContent = text;
    const { width, height } = tip.getBoundingClientRect();
    const fits = event.clientX + 16 + width < document.documentElement.clientWidth;
    tip.style.left = `${Math.max(4, fits ? event.clientX + 16 : event.clientX - 16 - width)}px`;
    tip.style.top = `${Math.max(4, Math.min(event.clientY + 12, window.innerHeight - height - 4))}px`;
  };

  let kept = null;
  const pointing = (chart) => {
    const point = (event) => {
      const found = nearest(chart, event);
      show(found ? found.mark.name : kept);
      if (!found) { tip.hidden = true; return null; }
      const values = found.mark.line ? valuesAt(chart.scales, found.point) : "";
      say((hover[found.mark.name] || "") + values, event);
      return found.mark.name;
    };
    chart.svg.addEventListener("pointermove", point);
    chart.svg.addEventListener("click", (event) => { kept = point(event); });
    chart.svg.addEventListener("pointerleave", () => { tip.hidden = true; show(kept); });
  };

  // Dragging with a mouse enlarges a part of a chart; a double click shows all of it again.
  const enlarging = ({ svg }) => {
    const { width, height } = svg.viewBox.baseVal;
    const whole = svg.getAttribute("viewBox");
    const frame = svg.appendChild(document.createElementNS(svg.namespaceURI, "rect"));
    let start = null;
    let part = null;
    const drag = (event) => {
      if (!start) return;
      const end = placeOf(svg, event);
      const [x, y] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
      part = { x, y, width: Math.abs(end.x - start.x), height: Math.abs(end.y - start.y) };
      Object.entries(part).forEach(([name, length]) => frame.setAttribute(name, length));
    };
    const stop = () => { start = part = null; frame.setAttribute("width", 0); };
    frame.classList.add("frame");
    svg.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) start = placeOf(svg, event);
    });
    svg.addEventListener("pointermove", drag);
    svg.addEventListener("pointerleave", stop);
    svg.addEventListener("pointerup", () => {
      const scale = part ? Math.max(part.width / width, part.height / height) : 0;
      if (scale * svg.getScreenCTM().a * width > NEAR) {
        const [x, y] = [part.x + part.width / 2, part.y + part.height / 2];
        const corner = [x - scale * width / 2, y - scale * height / 2];
        svg.setAttribute("viewBox", [...corner, scale * width, scale * height].join(" "));
        const once = { capture: true, once: true };
        svg.addEventListener("click", (event) => event.stopImmediatePropagation(), once);
      }
      stop();
    });
    svg.addEventListener("dblclick", () => svg.setAttribute("viewBox", whole));
  };

  charts.forEach(pointing);
  charts.forEach(enlarging);
})();
