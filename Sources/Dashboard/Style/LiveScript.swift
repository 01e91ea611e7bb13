/// Renews the overview while somebody looks at it; without it the page stays as it was loaded.
enum LiveScript {
    static let text = """
        (function () {
          "use strict";
          var place = document.getElementById("live");
          if (!place || !place.dataset.live || !window.EventSource) { return; }

          function isBusy() {
            var active = document.activeElement;
            var selection = window.getSelection();
            return Boolean(active && active !== document.body && place.contains(active))
              || Boolean(selection && !selection.isCollapsed);
          }

          function renew(text) {
            // Whoever is about to press a button or copies a figure keeps what is there.
            if (document.hidden || isBusy()) { return; }
            var open = [].map.call(place.querySelectorAll("details[open]"), function (element) {
              return element.id;
            });
            var fresh = new DOMParser().parseFromString(text, "text/html").body;
            open.forEach(function (id) {
              var element = fresh.querySelector("#" + CSS.escape(id));
              if (element) { element.open = true; }
            });
            place.replaceChildren.apply(place, [].slice.call(fresh.childNodes));
          }

          var events = new EventSource(place.dataset.live);
          events.onmessage = function (event) { if (event.data) { renew(event.data); } };
        })();

        """
}
