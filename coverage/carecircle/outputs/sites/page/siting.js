// map/page/src/view/elements.js
var byId = (id) => document.getElementById(id);
var first = (selector) => document.querySelector(selector);
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === void 0 || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  return element;
}
var nodes = (children) => children.flat(Infinity).filter((child) => child !== null && child !== void 0 && child !== false).map((child) => child instanceof Node ? child : document.createTextNode(String(child)));

// sites/page/src/data.js
var data = JSON.parse(byId("cs-data").textContent);
var state = { when: "after", rule: 0, language: data.language };
var said = (forms) => (typeof forms === "string" ? data.words[forms] : forms)[state.language];
var people = (n) => new Intl.NumberFormat("en-US").format(Math.round(n));

// sites/page/src/drawn.js
var canvas = L.canvas({ padding: 0.3 });
var { ink, white, street, bad, gained } = data.palette;
var gap = L.layerGroup();
var sites = L.layerGroup();
var tip = (...parts) => h("div", {}, parts.join(" · "));
function drawGround() {
  L.geoJSON(data.region, {
    interactive: false,
    style: { color: ink, weight: 1.4, fillColor: white, fillOpacity: 0.75 }
  }).addTo(leafletMap);
  L.polyline(data.streets, { renderer: canvas, interactive: false, color: street, weight: 0.8 }).addTo(leafletMap);
  for (const f of data.facilities) {
    L.circleMarker(f.at, { renderer: canvas, radius: 4, color: white, weight: 1, fillColor: ink, fillOpacity: 1 }).bindTooltip(() => tip(f.name, said(f.what))).addTo(leafletMap);
  }
  gap.addTo(leafletMap);
  for (const s of data.sites) {
    const icon = L.divIcon({ className: "cs-rank", html: String(s.rank), iconSize: [26, 26] });
    L.marker(s.at, { icon, keyboard: true, title: s.name }).bindTooltip(() => tip(s.name, said(s.what), said("gain").replace("{n}", people(s.gain)))).addTo(sites);
  }
}
function draw() {
  gap.clearLayers();
  const r = data.rules[state.rule], largest = Math.max(1, ...r.residents), reached = (i) => Number(r.rank[i] > 0), order = r.lat.map((_, i) => i).sort((a, b) => reached(a) - reached(b) || r.residents[b] - r.residents[a]);
  for (const i of order) {
    const mended = state.when === "after" && r.rank[i] > 0;
    L.circleMarker([r.lat[i], r.lon[i]], {
      renderer: canvas,
      weight: 0,
      fillOpacity: 0.75,
      fillColor: mended ? gained : bad,
      radius: 1.5 + 6 * Math.sqrt(r.residents[i] / largest)
    }).bindTooltip(
      () => tip(
        `${people(r.residents[i])} ${said("residents")}`,
        mended ? said("by").replace("{rank}", r.rank[i]) : said("uncovered")
      )
    ).addTo(gap);
  }
  if (state.when === "after") sites.addTo(leafletMap);
  else sites.remove();
}
function fit() {
  const places = data.rules.flatMap((r) => r.lat.map((lat, i) => (
    /** @type {[number, number]} */
    [lat, r.lon[i]]
  ))).concat(data.sites.map((s) => s.at));
  if (places.length) leafletMap.fitBounds(L.latLngBounds(places).pad(0.08), { animate: false });
}

// sites/page/src/panel.js
var put = (id, text) => {
  byId(id).textContent = text;
};
function choices(box, label, options, key) {
  byId(box).setAttribute("aria-label", said(label));
  byId(box).replaceChildren(
    ...options.map(
      ([value, text]) => h(
        "button",
        {
          type: "button",
          "aria-pressed": String(state[key] === value),
          onclick: (event) => {
            state[key] = value;
            for (const button of byId(box).children)
              button.setAttribute("aria-pressed", String(button === event.target));
            draw();
          }
        },
        text
      )
    )
  );
}
var held = (value) => value.go ? h("button", { type: "button", class: "cs-link", onclick: () => leafletMap.setView(value.go, 15) }, value.text) : value.text === void 0 ? value : value.text;
function table(id, title, heads, rows) {
  byId(id).hidden = !rows.length;
  const cell = (tag, value, i) => {
    const kinds = [value.kind, heads[i].startsWith("#") ? "n" : null].filter(Boolean).join(" ");
    return h(tag, { class: kinds || null, scope: tag === "th" ? "col" : null }, held(value));
  }, row = ({ cells, asked }) => h("tr", { class: asked ? "asked" : null }, cells.map((value, i) => cell("td", value, i)));
  byId(id).replaceChildren(
    h("h2", {}, said(title)),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, heads.map((head, i) => cell("th", head.replace(/^#/, ""), i)))),
      h("tbody", {}, rows.map(row))
    )
  );
}
function tables() {
  const number = (key) => `#${said(key)}`;
  table(
    "cs-sites",
    "sites",
    [number("rank"), said("site"), said("what"), number("newly"), number("total")],
    data.sites.map((s) => ({
      cells: [
        String(s.rank),
        { text: s.name, go: s.at },
        `${said(s.kind)} ${said(s.what)}`,
        people(s.gain),
        people(s.total)
      ]
    }))
  );
  table(
    "cs-clauses",
    "clauses",
    [said("rule"), said("before"), said("after")],
    data.clauses.map((c) => ({
      asked: c.asked,
      cells: [
        c.rule,
        { text: `${said(c.before)} ${said(c.was)}`, kind: c.b },
        { text: `${said(c.after)} ${said(c.is)}`, kind: c.a }
      ]
    }))
  );
  table(
    "cs-closings",
    "closings",
    [said("facility"), said("rule"), number("lost")],
    data.closings.map((c) => ({ asked: c.single, cells: [c.name, c.rule, people(c.residents)] }))
  );
}
function speak(language) {
  const chinese = language === "zh", { bad: bad2, gained: gained2, ink: ink2 } = data.palette;
  state.language = language;
  document.documentElement.lang = chinese ? "zh-CN" : "en";
  document.title = `${data.title} · ${said("name")}`;
  put("cs-language", chinese ? "English" : "中文");
  byId("cs-language").setAttribute("aria-label", chinese ? "Switch to English" : "切换为中文");
  byId("cs-language").lang = chinese ? "en" : "zh";
  for (const way of ["in", "out"]) {
    const button = first(`.leaflet-control-zoom-${way}`);
    button.title = said(`zoom_${way}`);
    button.setAttribute("aria-label", button.title);
  }
  put("cs-plan", data.plan);
  put("cs-title", data.title);
  put("cs-answer", said(data.answer));
  put("cs-foot", [...data.attributions, data.map_number, said("limits")].filter(Boolean).join(" · "));
  byId("cs-impossible").hidden = !data.impossible.length;
  byId("cs-impossible").replaceChildren(...data.impossible.map((forms) => h("li", {}, said(forms))));
  const moments = ["before", "after"];
  choices("cs-switch", "when", moments.map((when) => [when, said(when)]), "when");
  byId("cs-rules").hidden = data.rules.length < 2;
  choices("cs-rules", "rule", data.rules.map((r, i) => [i, r.rule]), "rule");
  const marks = [[bad2, "uncovered"], [gained2, "mended"], [ink2, "existing"]];
  byId("cs-legend").replaceChildren(
    ...marks.map(([colour, key]) => h("li", {}, h("i", { style: `background:${colour}` }), said(key)))
  );
  tables();
}

// sites/page/src/main.js
drawGround();
byId("cs-language").addEventListener("click", () => speak(state.language === "zh" ? "en" : "zh"));
speak(data.language);
draw();
fit();
window.carecircle_siting = { map: leafletMap, state, draw };
document.body.dataset.ready = "yes";
