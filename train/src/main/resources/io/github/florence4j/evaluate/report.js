"use strict";
(() => {
  const STEP = 36;
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const gallery = $("gallery");
  let shown = [];
  let built = 0;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const option = (select, value, text) => {
    const made = element("option", "", text);
    made.value = value;
    select.append(made);
  };
  const short = (text) => (text.length > 40 ? text.slice(0, 39) + "…" : text);

  data.rows.forEach((row, i) => option($("row"), i, row.letter + "  " + short(row.model) + "  " + short(row.prompt)));
  data.metrics.forEach((metric, i) => option($("metric"), i, metric.name));
  option($("tag"), "", "all");
  [...new Set(data.samples.flatMap((sample) => sample.tags))].sort().forEach((tag) => option($("tag"), tag, tag));
  $("tags").hidden = $("tag").options.length < 3;
  document.querySelector(".rows").hidden = data.rows.length < 2;
  $("metric").parentElement.hidden = data.metrics.length < 2;
  if (data.rows.length < 2) $("order").querySelector("[value=apart]").remove();
  $("boxes").hidden = !data.samples.some((s) => s.truth.length || s.rows.some((row) => row.shapes.length));
  const haystacks = new Map(data.samples.map((sample) => [sample,
    [sample.id, sample.image, sample.question, ...sample.answers, ...sample.rows.map((row) => row.text)]
      .join("\n").toLowerCase()]));

  const row = () => Number($("row").value);
  const metric = () => Number($("metric").value);
  const score = (sample) => sample.rows[row()].scores[metric()];
  const spread = (sample) => {
    const scores = sample.rows.map((own) => own.scores[metric()]).filter((own) => own !== null);
    return scores.length < 2 ? -1 : Math.max(...scores) - Math.min(...scores);
  };

  const order = () => {
    const higher = data.metrics[metric()].higher;
    const worst = (sample) => (score(sample) === null ? Infinity : higher ? score(sample) : -score(sample));
    const best = (sample) => (score(sample) === null ? Infinity : higher ? -score(sample) : score(sample));
    const apart = (sample) => -spread(sample);
    const key = { worst, best, apart, data: () => 0 }[$("order").value];
    const keyed = shown.map((sample, i) => [key(sample), i, sample]);
    keyed.sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
    shown = keyed.map((entry) => entry[2]);
  };

  const update = () => {
    const low = $("low").value === "" ? -Infinity : Number($("low").value) / 100;
    const high = $("high").value === "" ? Infinity : Number($("high").value) / 100;
    const all = low === -Infinity && high === Infinity;
    const tag = $("tag").value;
    const words = $("text").value.trim().toLowerCase();
    shown = data.samples.filter((sample) => {
      const own = score(sample);
      const inRange = all || (own !== null && own >= low - 1e-9 && own <= high + 1e-9);
      return inRange && (!tag || sample.tags.includes(tag)) && (!words || haystacks.get(sample).includes(words));
    });
    order();
    gallery.replaceChildren();
    built = 0;
    $("count").textContent = shown.length + " of " + data.samples.length;
    build();
  };

  const build = () => {
    const next = shown.slice(built, built + STEP);
    built += next.length;
    gallery.append(...next.map(card));
  };

  const drawing = (sample) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "shapes");
    svg.setAttribute("viewBox", "0 0 " + sample.width + " " + sample.height);
    const add = (shapes, className) => shapes.forEach((shape) => {
      const polygon = document.createElementNS(svg.namespaceURI, "polygon");
      polygon.setAttribute("points", shape.points.join(" "));
      polygon.setAttribute("class", className);
      const title = document.createElementNS(svg.namespaceURI, "title");
      title.textContent = (className === "truth" ? "true: " : "found: ") + shape.label
        + (shape.score === undefined ? "" : " " + shape.score.toFixed(2));
      polygon.append(title);
      svg.append(polygon);
    });
    add(sample.truth, "truth");
    add(sample.rows[row()].shapes, "found");
    return svg;
  };

  const picture = (sample) => {
    const made = element("button", "picture");
    made.type = "button";
    const source = data.images[sample.hash];
    if (!source) {
      made.append(element("span", "missing", "no picture"));
      return made;
    }
    const image = element("img");
    image.loading = "lazy";
    image.decoding = "async";
    image.alt = sample.image;
    image.src = source;
    made.append(image);
    if ($("shapes").checked && !$("boxes").hidden) made.append(drawing(sample));
    made.addEventListener("click", () => enlarge(sample, source));
    return made;
  };

  const enlarge = (sample, source) => {
    const image = element("img");
    image.alt = sample.image;
    image.src = source;
    const parts = [image];
    if ($("shapes").checked && !$("boxes").hidden) parts.push(drawing(sample));
    $("large").querySelector("div").replaceChildren(...parts);
    $("large").showModal();
  };
  $("large").addEventListener("click", () => $("large").close());

  const badge = (own) => {
    if (own === null) return element("span", "score none", "–");
    const name = data.metrics[metric()];
    const quality = name.higher ? own : 1 - own;
    const grade = quality >= 0.8 ? "good" : quality >= 0.5 ? "middle" : "bad";
    return element("span", "score " + grade, (100 * own).toFixed(1));
  };

  const pair = (list, name, text, className) => {
    list.append(element("dt", "", name));
    list.append(text === "" ? element("dd", "empty", "nothing") : element("dd", className || "", text));
  };

  const card = (sample) => {
    const own = sample.rows[row()];
    const made = element("article", "card");
    const body = element("div", "body");
    const top = element("div", "top");
    top.append(badge(own.scores[metric()]));
    sample.tags.forEach((tag) => top.append(element("span", "tag", tag)));
    const id = element("span", "id", sample.id);
    id.title = sample.id + ", " + sample.image;
    top.append(id);
    body.append(top);
    if (sample.question) body.append(element("p", "question", sample.question));
    const list = element("dl", "pair");
    pair(list, sample.answers.length > 1 ? "answers" : "answer", sample.answers.join("\n"));
    sample.rows.forEach((answer, i) => {
      const name = data.rows.length > 1 ? data.rows[i].letter + " says" : "model";
      pair(list, name, answer.text, i === row() ? "own" : "");
    });
    body.append(list);
    if (own.error) body.append(element("p", "flag", "failed: " + own.error));
    if (own.truncated) body.append(element("p", "flag", "cut short by the token limit"));
    made.append(picture(sample), body);
    return made;
  };

  $("filters").addEventListener("input", update);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  new IntersectionObserver((entries) => {
    if (entries[0].isIntersecting && built < shown.length) build();
  }, { rootMargin: "900px" }).observe($("more"));
  update();
})();
