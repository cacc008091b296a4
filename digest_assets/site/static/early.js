// Before the page is drawn: the reader's theme, language and layout, so that nothing flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js"); // what needs a script is shown
  try {
    var theme = localStorage.getItem("digest:theme");
    var view = localStorage.getItem("digest:view");
    var layout = localStorage.getItem("digest:layout");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (view === "original" || view === "both") root.dataset.view = view;
    if (root.dataset.layout && (layout === "compact" || layout === "full")) root.dataset.layout = layout;
  } catch (error) {
    // Storage is closed to this page (a private window, say): the defaults stand.
  }
})();
