"use strict";
// What the page can do beyond being read; without it everything is still there, in the order of the report.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tip = document.getElementById("tip");

  // Marks of a chart: what they say on hover, focus and tap; arrows walk from one to the next.
  let shown = null;
  const hide = () => { tip.hidden = true; shown = null; };
  const show = (mark) => {
    shown = mark;
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const at = mark.getBoundingClientRect(), page = document.documentElement;
    const left = Math.min(Math.max(at.left + at.width / 2 - tip.offsetWidth / 2, 8), page.clientWidth - tip.offsetWidth - 8);
    const above = at.top - tip.offsetHeight - 8;
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${(above > 4 ? above : at.bottom + 8) + window.scrollY}px`;
  };
  for (const chart of all(".chart")) {
    const marks = all(".mark", chart).sort((a, b) => a.dataset.n - b.dataset.n);
    const go = (mark) => {
      for (const other of marks) other.setAttribute("tabindex", other === mark ? "0" : "-1");
      mark.focus();
    };
    marks.forEach((mark, n) => {
      for (const title of all("title", mark)) title.remove();
      mark.addEventListener("pointerenter", () => show(mark));
      mark.addEventListener("pointerleave", () => { if (document.activeElement !== mark) hide(); });
      mark.addEventListener("focus", () => show(mark));
      mark.addEventListener("blur", hide);
      mark.addEventListener("click", () => { go(mark); show(mark); });
      mark.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (step) {
          event.preventDefault();
          go(marks[(n + step + marks.length) % marks.length]);
        } else if (event.key === "Enter" && mark.dataset.to) {
          window.location.hash = mark.dataset.to;
        }
      });
    });
    chart.addEventListener("scroll", hide, true);
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".mark")) hide(); });
  window.addEventListener("resize", hide);

  // One rival at a time: what does not speak of it steps back, in every chart that speaks of rivals.
  const filter = document.getElementById("filter");
  const charts = all(".chart").filter((chart) => all(".mark", chart).some((mark) => mark.dataset.rivals));
  const pick = (rival) => {
    for (const button of all(".filter button")) button.setAttribute("aria-pressed", String(button.dataset.rival === rival));
    for (const chart of charts) {
      for (const mark of all(".mark", chart)) {
        mark.classList.toggle("dim", rival !== "" && !mark.dataset.rivals.split(" ").includes(rival));
      }
    }
  };
  for (const chart of filter ? charts : []) {
    chart.prepend(filter.content.cloneNode(true));
    for (const button of all(".filter button", chart)) button.addEventListener("click", () => pick(button.dataset.rival));
  }

  // Tables sort by any column, by pointer or keyboard; a third press brings the report's own order back.
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const value = (cell) => {
    const text = cell.textContent.trim();
    const day = /^(\d{1,2}) (\w{3}) (\d{4})/.exec(text);
    if (day && MONTHS.includes(day[2])) return Number(day[3]) * 400 + MONTHS.indexOf(day[2]) * 32 + Number(day[1]);
    const number = /^[+-]?[\d,]*\.?\d+/.exec(text);
    if (number) return Number(number[0].replaceAll(",", ""));
    return text === "–" || text === "" ? null : text.toLowerCase();
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en");
  };
  for (const table of all("table")) {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 3) continue;
    const original = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      if (!button.textContent.trim()) button.setAttribute("aria-label", "Name");
      head.append(button);
      button.addEventListener("click", () => {
        const numeric = original.some((row) => typeof value(row.cells[column]) === "number");
        const order = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
        const next = order[order.indexOf(head.getAttribute("aria-sort")) + 1];
        for (const other of all("th", table)) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        const sign = next === "descending" ? -1 : 1;
        const rows = next ? [...original].sort((r, s) => {
          const a = value(r.cells[column]), b = value(s.cells[column]);
          if (a === null || b === null) return (a === null) - (b === null);
          return sign * compare(a, b);
        }) : original;
        body.append(...rows);
      });
    });
  }

  // The contents: folded on a phone; they say where the reader is. What does not scroll needs no stop of the Tab key.
  const contents = document.querySelector("nav details");
  if (contents && !window.matchMedia("(min-width: 68rem)").matches) contents.open = false;
  const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.getAttribute("aria-labelledby"))?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "0px 0px -75% 0px" });
  for (const section of all("section")) seen.observe(section);
  const stops = () => {
    for (const box of all(".scroll")) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  };
  stops();
  window.addEventListener("resize", stops);
})();
