"use strict";

const $ = (id) => document.getElementById(id);

/** What the page shows: the list of layers, and the data of those that have been looked at. */
const gallery = {
  ...JSON.parse($("gallery-data").textContent),
  received: new Map(),
  receive(name, data) { this.received.set(name, data); },
};

const state = { layer: null, data: null, tiles: [], shown: [], current: null };

const ORDERS = {
  number: (a, b) => a.filter - b.filter,
  strongest: (a, b) => strongest(b) - strongest(a) || a.filter - b.filter,
  weakest: (a, b) => strongest(a) - strongest(b) || a.filter - b.filter,
  sparsest: (a, b) => b.sparsity - a.sparsity || a.filter - b.filter,
  densest: (a, b) => a.sparsity - b.sparsity || a.filter - b.filter,
};

const strongest = (filter) => filter.top[0]?.activation ?? 0;
const active = (entry) => entry.activation !== 0;
const number = (value) => Number(value.toPrecision(4)).toString();
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const imageName = (entry) => state.data.names[entry.image];
const tileUrl = (filter) => `tiles/${encodeURIComponent(state.layer.stem)}/${filter.filter}.webp`;

/** An element; names and other foreign text only ever become text or attributes, never markup. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Layers

/** Loads a layer's data by a script element: a page from the file system may not fetch. */
function load(layer) {
  return new Promise((resolve, reject) => {
    if (gallery.received.has(layer.name)) return resolve();
    const script = element("script", { src: `page/${encodeURIComponent(layer.stem)}.data.js` });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`cannot load the data of ${layer.name}`));
    document.head.append(script);
  });
}

async function showLayer(layer) {
  state.layer = layer;
  for (const button of $("layers").children) {
    if (button.textContent === layer.name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  try {
    await load(layer);
  } catch (error) {
    $("status").textContent = error.message;
    return;
  }
  // Another layer may have been asked for meanwhile.
  if (state.layer !== layer) return;
  state.data = gallery.received.get(layer.name);
  state.tiles = state.data.filters.map(tile);
  arrange();
  scrollTo(0, 0);
  remember();
}

function tile(filter) {
  const image = element("img", { loading: "lazy", decoding: "async", width: 480, height: 240, src: tileUrl(filter),
    alt: `Filter ${filter.filter}: nine projections, and the nine image patches that they are of` });
  const facts = strongest(filter) === 0 ? ["dead"] : [number(strongest(filter)), `${percent(filter.sparsity)} zero`];
  const button = element("button", { class: "tile", type: "button" },
    element("span", { class: "sprite" }, image),
    element("span", { class: "caption" }, element("b", {}, String(filter.filter)),
      ...facts.map((fact) => element("span", {}, fact))));
  button.onclick = () => openDetail(filter.filter);
  return button;
}

/** Puts the tiles that match the search into the chosen order. */
function arrange() {
  if (!state.data) return;
  const wanted = $("search").value.trim().toLowerCase();
  const filters = state.data.filters;
  state.shown = filters.filter((each) => matches(each, wanted)).sort(ORDERS[$("sort").value]);
  $("grid").replaceChildren(...state.shown.map((each) => state.tiles[each.filter]));
  const dead = state.shown.filter((each) => strongest(each) === 0).length;
  $("status").textContent = `${state.shown.length} of ${filters.length} filters` + (dead ? `, ${dead} dead` : "");
}

function matches(filter, wanted) {
  if (/^\d*$/.test(wanted)) return wanted === "" || filter.filter === Number(wanted);
  return filter.top.some((entry) => active(entry) && imageName(entry).toLowerCase().includes(wanted));
}

// One filter

function openDetail(filterNumber) {
  const filter = state.data.filters[filterNumber];
  state.current = filterNumber;
  $("detail-title").textContent = `${state.layer.name}, filter ${filterNumber}`;
  $("detail-numbers").textContent =
    `strongest ${number(strongest(filter))}, zero at ${percent(filter.sparsity)} of positions`;
  $("nine").replaceChildren(...filter.top.flatMap((entry, rank) => active(entry) ? [figure(filter, entry, rank)] : []));
  if (!$("nine").firstChild) $("nine").append("This filter is zero at every position of every image.");
  if (!$("detail").open) $("detail").showModal();
  $("detail").scrollTop = 0;
  remember();
}

function figure(filter, entry, rank) {
  const name = imageName(entry);
  const [row, column] = entry.position;
  const view = element("div", { class: "view" }, element("img", { src: `views/${entry.image}.jpg`, alt: name }));
  view.append(box(entry.box));
  return element("figure", {},
    element("div", { class: "row" }, view, crop(filter, rank, 0, "Projection"), crop(filter, rank, 3, "Patch")),
    element("figcaption", {}, element("b", {}, number(entry.activation)),
      element("span", { class: "name", title: name }, name), element("span", {}, `row ${row}, column ${column}`)));
}

function box([top, left, bottom, right]) {
  const mark = element("div", { class: "box" });
  const share = (pixels) => `${(100 * pixels) / gallery.side}%`;
  Object.assign(mark.style, { top: share(top), left: share(left), height: share(bottom - top), width: share(right - left) });
  return mark;
}

/** One cell of a filter's tile, which has six in a row and three rows. */
function crop(filter, rank, firstColumn, what) {
  const cell = element("div", { class: "crop", role: "img", "aria-label": `${what} ${rank + 1}`, title: what });
  cell.style.backgroundImage = `url("${tileUrl(filter)}")`;
  cell.style.backgroundPosition = `${20 * (firstColumn + (rank % 3))}% ${50 * Math.floor(rank / 3)}%`;
  return cell;
}

function step(by) {
  const next = state.shown[state.shown.findIndex((each) => each.filter === state.current) + by];
  if (next) openDetail(next.filter);
}

function closed() {
  const last = state.tiles[state.current];
  state.current = null;
  last?.focus();
  remember();
}

// Keyboard

function moveFocus(event) {
  const tiles = [...$("grid").children];
  const at = tiles.indexOf(document.activeElement);
  const across = getComputedStyle($("grid")).gridTemplateColumns.split(" ").length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
  if (!by || (at < 0 && document.activeElement !== document.body)) return;
  event.preventDefault();
  tiles[at < 0 ? 0 : at + by]?.focus();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if ($("detail").open) {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  } else if (event.key === "Escape" && document.activeElement === $("search")) {
    $("search").value = "";
    arrange();
  } else if (event.key === "/" && document.activeElement !== $("search")) {
    event.preventDefault();
    $("search").focus();
  } else {
    moveFocus(event);
  }
}

// The place in the address: "#layer" or "#layer:filter"

function remember() {
  const place = state.current === null ? [state.layer.name] : [state.layer.name, state.current];
  location.replace(`#${place.map(encodeURIComponent).join(":")}`);
}

function remembered() {
  try {
    return location.hash.slice(1).split(":").map(decodeURIComponent);
  } catch {
    return [];
  }
}

async function start() {
  const [name, filterNumber] = remembered();
  for (const layer of gallery.layers) {
    const button = element("button", { type: "button" }, layer.name);
    button.onclick = () => showLayer(layer);
    $("layers").append(button);
  }
  const layer = gallery.layers.find((each) => each.name === name) ?? gallery.layers[0];
  await showLayer(layer);
  if (state.data?.filters[filterNumber]) openDetail(Number(filterNumber));
}

$("search").oninput = arrange;
$("sort").onchange = arrange;
$("controls").onsubmit = (event) => event.preventDefault();
$("previous").onclick = () => step(-1);
$("next").onclick = () => step(1);
$("close").onclick = () => $("detail").close();
$("detail").onclose = closed;
$("detail").onclick = (event) => { if (event.target === $("detail")) $("detail").close(); };
document.onkeydown = pressed;
start();
