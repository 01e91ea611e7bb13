/// How every page looks: by day, by night, on a phone and on paper.
enum StyleSheet {
    static let text = colours + base + frame + tables + parts + small + paper

    /// Every pair of text and ground has a contrast of 4.5 : 1 or more; a test computes it.
    private static let colours = """
        :root { color-scheme: light dark;
          --ground: #fbfaf8; --panel: #ffffff; --text: #1c2126; --dim: #5a636c; --line: #dcdcd6;
          --link: #1a5a85; --focus: #1a5a85; --good: #1d6b3a; --warn: #7d5200; --bad: #a8201a;
          --good-ground: #e9f4ec; --warn-ground: #fbf1dc; --bad-ground: #fbe9e7;
          --sent: #4b8bb3; --button: #1d4f6e; --button-text: #ffffff; }
        @media (prefers-color-scheme: dark) { :root {
          --ground: #14171a; --panel: #1b1f23; --text: #e4e6e8; --dim: #a0a9b2; --line: #343a40;
          --link: #85bfe6; --focus: #85bfe6; --good: #7fcf9a; --warn: #e3b75e; --bad: #ff9a90;
          --good-ground: #18291e; --warn-ground: #2d2513; --bad-ground: #341b19;
          --sent: #5c9dc7; --button: #2f7099; --button-text: #ffffff; } }

        """

    private static let base = """
        *, *::before, *::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui,
          -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
        h1, dd, pre, .path, .reply, .address, .list th, .settings td { overflow-wrap: anywhere; }
        h1, h2, h3 { line-height: 1.25; font-weight: 600; margin: 0; text-wrap: balance; }
        h1 { font-size: 1.75rem; } h2 { font-size: 1.1rem; } h3 { font-size: 1rem; }
        p, ul, ol, dl { margin: .5rem 0; }
        ul, ol { padding-left: 1.25rem; }
        a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
        main:focus { outline: none; }
        code, pre, .path, .reply { font-family: ui-monospace, "SF Mono", Menlo, Consolas,
          "DejaVu Sans Mono", monospace; font-size: .9em; }
        pre { white-space: pre-wrap; background: var(--panel); border: 1px solid var(--line);
          border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; }
        .dim { color: var(--dim); } .small { font-size: .875rem; }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
          white-space: nowrap; }
        .skip { position: absolute; left: -100vw; }
        .skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .5rem; z-index: 1; }

        """

    private static let frame = """
        .top, main, .bottom { max-width: 74rem; margin: 0 auto; padding: 0 1.5rem; }
        .top { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center;
          padding-top: .75rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
        .brand { margin: 0; font-weight: 700; letter-spacing: -.01em; }
        .brand a { color: inherit; text-decoration: none; }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0;
          padding: 0; }
        nav a { color: var(--dim); text-decoration: none; padding: .25rem 0; display: inline-block;
          border-bottom: 2px solid transparent; }
        nav a:hover { color: var(--text); }
        nav a[aria-current] { color: var(--text); border-bottom-color: var(--link); }
        .visitor { margin-left: auto; display: flex; gap: .75rem; align-items: center; }
        main { padding-top: 1.75rem; padding-bottom: 2rem; }
        main section { margin: 2.25rem 0 0; }
        .bottom { color: var(--dim); font-size: .875rem; padding-bottom: 1.5rem; }
        .crumb { margin: 0 0 .25rem; }

        """

    private static let tables = """
        table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
        caption { text-align: left; padding-bottom: .25rem; }
        th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0;
          border-bottom: 1px solid var(--line); font-weight: 400; }
        thead th { color: var(--dim); font-size: .8125rem; padding-bottom: .25rem;
          vertical-align: bottom; }
        tbody th { font-weight: 600; }
        .n { text-align: right; padding-right: 1.25rem; white-space: nowrap; }
        .narrow { width: auto; } .narrow th, .narrow td { padding-right: 1.5rem; }
        .list td:first-child, .list td:nth-child(2) { white-space: nowrap; }
        .list time { color: var(--dim); } .list th span { font-weight: 400; }
        .act { text-align: right; padding-right: 0; }
        .settings tbody th { font-weight: 400; width: 14rem; }
        .settings td:nth-child(2) { width: 18rem; } .settings td:nth-child(3) { white-space: nowrap; }
        .settings .standard td:nth-child(2), .settings td:nth-child(3) { color: var(--dim); }
        .settings .set td:nth-child(2) { font-weight: 600; }
        .facts, .headers { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr;
          gap: .25rem 1.5rem; }
        .facts dt, .headers dt { color: var(--dim); } .facts dd, .headers dd { margin: 0; }

        """

    private static let parts = """
        .answer { margin: 0 !important; border-left: 4px solid var(--tone); padding: .1rem 0 .1rem 1.25rem; }
        .answer h1 { font-size: 2.75rem; letter-spacing: -.02em; color: var(--tone); }
        .answer p { max-width: 46rem; }
        .question { margin: 0; color: var(--dim); }
        .good { --tone: var(--good); } .warn { --tone: var(--warn); } .bad { --tone: var(--bad); }
        .plain { --tone: var(--dim); }
        .state { color: var(--tone); white-space: nowrap; }
        .state::before { content: ""; display: inline-block; width: .55em; height: .55em;
          border-radius: 50%; background: currentColor; margin-right: .4em; vertical-align: .08em; }
        .state.warn::before { border-radius: 0; } .state.bad::before { border-radius: 0; transform: rotate(45deg); }
        .state.plain::before { background: none; border: 1.5px solid currentColor; }
        .obstacles, .alerts { list-style: none; padding: 0; }
        .obstacles li { margin: .5rem 0; max-width: 46rem; }
        .alerts li { margin: .5rem 0; padding: .5rem .75rem; border-radius: 6px;
          background: var(--warn-ground); }
        .alerts li.critical { background: var(--bad-ground); }
        .tag { font-weight: 600; color: var(--warn); margin-right: .35rem; }
        .critical .tag { color: var(--bad); }
        .notice { border-radius: 6px; padding: .5rem .9rem; margin: 0 0 1.25rem; }
        .notice p { margin: .1rem 0; }
        .notice.done { background: var(--good-ground); } .notice.error { background: var(--bad-ground); }
        .notice.warning { background: var(--warn-ground); margin: .75rem 0; }
        .figures { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; }
        .figures b { font-size: 1.25rem; font-weight: 600; }
        .chart { display: block; width: 100%; height: auto; max-width: 60rem; }
        .chart .grid { stroke: var(--line); } .chart .axis { fill: var(--dim); font-size: 10.5px; }
        .chart .area { fill: transparent; } .chart g:hover .area { fill: var(--line); opacity: .5; }
        .sent { fill: var(--sent); } .failed { fill: url(#hatch); stroke: var(--bad); stroke-width: .75; }
        .hatch-ground { fill: var(--bad-ground); } .hatch-line { fill: var(--bad); }
        .legend { color: var(--dim); font-size: .875rem; } .key { width: .75em; height: .75em; }
        summary { cursor: pointer; color: var(--link); }
        button, input, select { font: inherit; color: inherit; border-radius: 6px;
          border: 1px solid var(--dim); background: var(--panel); padding: .35rem .65rem; max-width: 100%; }
        button { background: var(--button); border-color: var(--button); color: var(--button-text);
          cursor: pointer; padding: .35rem .9rem; white-space: nowrap; }
        button:hover { filter: brightness(1.12); }
        button.quiet { background: none; border-color: var(--line); color: var(--link); }
        button.danger { background: var(--bad); border-color: var(--bad); color: var(--ground); }
        button.quiet.danger { background: none; border-color: var(--line); color: var(--bad); }
        .act button { padding: .1rem .6rem; }
        .actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1.25rem 0; }
        .filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr));
          gap: .75rem 1rem; align-items: end; margin: 1rem 0 1.25rem; }
        .filter p { margin: 0; min-width: 0; } .filter .wide { grid-column: 1 / -1; }
        .filter label, .sign-in label { display: block; color: var(--dim); font-size: .8125rem; }
        .filter input, .filter select, .sign-in input { width: 100%; }
        .pager { display: flex; gap: 1.5rem; margin-top: 1rem; } .pager a { color: var(--link); }
        .empty { color: var(--dim); }
        .reason { max-width: 46rem; } div.reason { margin: 1.25rem 0; }
        div.reason h3 { margin-top: .75rem; } .advice { font-weight: 600; }
        .timeline { list-style: none; padding: 0; border-left: 2px solid var(--line); margin-left: .3rem; }
        .timeline li { padding: 0 0 1rem 1.1rem; } .timeline p { margin: .15rem 0; }
        .timeline time { color: var(--dim); margin-right: .5rem; }
        .route { border-top: 1px solid var(--line); padding-top: 1.5rem; }
        .gauges { list-style: none; padding: 0; }
        .gauges li { display: flex; flex-wrap: wrap; gap: .1rem .75rem; align-items: center; margin: .3rem 0; }
        .gauges .label { min-width: 11rem; color: var(--dim); } meter { width: 12rem; height: .9rem; }
        .steps { list-style: none; padding: 0; } .steps li { margin: .35rem 0; }
        .sign-in { max-width: 24rem; margin: 3rem auto; }

        """

    /// Phones: a row of a table becomes a card, whose cells carry their headings.
    private static let small = """
        @media (max-width: 48rem) {
          .top, main, .bottom { padding-left: 1rem; padding-right: 1rem; }
          .visitor { margin-left: 0; } .answer h1 { font-size: 2.25rem; }
          .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .cards, .cards tbody, .cards tr, .cards td, .cards tbody th { display: block; width: auto !important; }
          .cards tr { border-bottom: 1px solid var(--line); padding: .6rem 0; }
          .cards td, .cards tbody th { border: 0; padding: .1rem 0; text-align: left; white-space: normal; }
          .cards td[data-label] { display: grid; grid-template-columns: 8.5rem 1fr; gap: .5rem; }
          .cards td[data-label]::before { content: attr(data-label); color: var(--dim); }
          .list tr { display: flex; flex-direction: column; } .list tbody th { order: -1; }
          .facts, .headers { grid-template-columns: 1fr; gap: 0; } .facts dd, .headers dd { margin-bottom: .5rem; }
          .chart { overflow: visible; } .chart .axis { font-size: 20px; }
          .narrow { width: 100%; } .narrow th, .narrow td { padding-right: .5rem; }
          .gauges .label { min-width: 100%; }
        }
        @media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }

        """

    private static let paper = """
        @media print {
          :root { --ground: #fff; --panel: #fff; --text: #000; --dim: #444; --line: #bbb; }
          .top nav, .visitor, .skip, .actions, .act, .filter, .pager { display: none; }
          section, tr { break-inside: avoid; }
        }

        """
}
