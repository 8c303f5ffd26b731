// What HTMX does not: the panel beside the page, keys, and the focus an error summary asks for.
(function () {
  "use strict";
  var panel = document.getElementById("panel");
  var narrow = window.matchMedia("(max-width: 63.99rem)");
  var opener = null;

  function shut() {
    panel.hidden = true;
    panel.replaceChildren();
    if (opener) {
      opener.removeAttribute("aria-expanded");
      opener.focus();
      opener = null;
    }
  }

  // A number leads to its trace: beside the page where there is room for it, as a page where there is not.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-panel]");
    if (event.target.closest("[data-shut]")) {
      event.preventDefault();
      shut();
      return;
    }
    if (!link || narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (opener && !panel.contains(link)) opener.removeAttribute("aria-expanded");
    if (!panel.contains(link)) {
      opener = link;
      link.setAttribute("aria-expanded", "true");
    }
    window.htmx.ajax("GET", link.href, { target: "#panel", swap: "innerHTML" }).then(function () {
      panel.hidden = false;
      panel.scrollTop = 0;
      var title = panel.querySelector("[tabindex]");
      if (title) title.focus({ preventScroll: true });
    });
  });

  document.body.addEventListener("htmx:responseError", function (event) {
    if (event.detail.target === panel) window.location.assign(event.detail.pathInfo.requestPath);
  });

  function step(by) {
    var rows = Array.from(document.querySelectorAll("main tr[data-href], main .tasks > li"));
    if (!rows.length) return;
    var at = rows.findIndex(function (row) { return row.classList.contains("here"); });
    var next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (at >= 0) rows[at].classList.remove("here");
    next.classList.add("here");
    next.scrollIntoView({ block: "nearest" });
  }

  function open() {
    var row = document.querySelector("main .here");
    if (!row) return;
    var link = row.querySelector("a:not([data-panel])");
    window.location.assign(row.dataset.href || (link && link.href) || "#");
  }

  function help() {
    document.getElementById("keys").showModal();
  }

  var keys = {
    "/": function () { var box = document.querySelector("main input[type=search]"); if (box) box.focus(); },
    "j": function () { step(1); },
    "k": function () { step(-1); },
    "Enter": open,
    "e": function () { var link = document.querySelector("[data-key=e]"); if (link) link.click(); },
    "?": help,
    "Escape": function () { if (!panel.hidden) shut(); }
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var typing = event.target.closest("input, select, textarea, dialog");
    var onLink = event.key === "Enter" && event.target !== document.body;
    if (typing || onLink || !keys[event.key]) return;
    if (event.key === "/") event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-help]")) { event.preventDefault(); help(); }
    document.querySelectorAll("details.choices[open], details.menu[open]").forEach(function (open) {
      if (!open.contains(event.target)) open.open = false;
    });
  });

  var errors = document.querySelector("[data-focus]");
  if (errors) errors.focus();
})();
