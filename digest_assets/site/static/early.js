// Before the page is drawn: the reader's theme and language, so that nothing flashes.
(function () {
  "use strict";
  try {
    var root = document.documentElement;
    var theme = localStorage.getItem("digest:theme");
    var view = localStorage.getItem("digest:view");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (view === "original" || view === "both") root.dataset.view = view;
  } catch (error) {
    // Storage is closed to this page (a private window, say): the defaults stand.
  }
})();
