// Makes the networks from what the page holds, and starts the page of their task.

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const TASKS = { generate: Generation, classify: Classification, tag: Tagging, transduce: Transduction };

const start = () => {
  const networks = DATA.networks.map(({ network }) => new charlab.Network(network));
  document.body.classList.add("ready");
  new TASKS[networks[0].task](networks);
};

start();
