using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>How the report looks: one style sheet inside the page, named by its hash in the page's own content security policy.</summary>
internal static class ReportStyle
{
    /// <summary>Nothing may be loaded, run, framed or sent; only this style sheet applies.</summary>
    public static string ContentSecurityPolicy =>
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; img-src data:; base-uri 'none'; form-action 'none'";

    public const string Css = """

        :root {
          color-scheme: light dark;
          --page: #f5f6f8; --card: #ffffff; --ink: #14181f; --soft: #525b69; --line: #dce0e7; --faint: #eef0f4;
          --accent: #1f5fbf; --bar: #3b78d8; --good: #0f6b3a; --good-back: #e3f4ea; --warn: #8a4b00; --warn-back: #fdf0dc;
          --bad: #a81c28; --bad-back: #fce8e9; --mask: #7a4fc0; --code: #f0f2f6;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0f1217; --card: #171b22; --ink: #e8ebf0; --soft: #a3adbb; --line: #2b323d; --faint: #1f252e;
            --accent: #86b4ff; --bar: #5b93ea; --good: #6fd69b; --good-back: #12301f; --warn: #f2b766; --warn-back: #35260f;
            --bad: #ff8b93; --bad-back: #3b171b; --mask: #b796ef; --code: #11151b;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; }
        code, pre, .mono { font-family: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; overflow-wrap: anywhere; }
        a { color: var(--accent); text-underline-offset: .15em; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
        .skip { position: absolute; left: -999px; top: .5rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
        .skip:focus { left: .5rem; }
        .wide { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
        header.top { padding-top: 1.75rem; }
        .kicker { margin: 0; color: var(--soft); font-size: .875rem; letter-spacing: .02em; }
        h1 { margin: .15rem 0 1.1rem; font-size: clamp(1.35rem, 1rem + 1.8vw, 1.9rem); line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; text-wrap: balance; }
        h2 { margin: 0 0 .9rem; font-size: 1.15rem; letter-spacing: -.005em; }
        h3 { margin: 1.25rem 0 .5rem; font-size: .95rem; color: var(--soft); font-weight: 600; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem 1.4rem; margin: 0 0 1.1rem; scroll-margin-top: 1rem; }
        .verdict { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; align-items: center; border-left: 8px solid; border-radius: 12px; }
        .verdict h2 { margin: 0; font-size: 1.6rem; letter-spacing: .01em; }
        .verdict svg { width: 2.75rem; height: 2.75rem; grid-row: span 2; }
        .verdict p { margin: 0; overflow-wrap: anywhere; }
        .ok { color: var(--good); border-color: var(--good); background: var(--good-back); }
        .incomplete { color: var(--warn); border-color: var(--warn); background: var(--warn-back); }
        .tampered { color: var(--bad); border-color: var(--bad); background: var(--bad-back); }
        .verdict p { color: var(--ink); }
        .notes { list-style: none; margin: 0 0 1.1rem; padding: 0; display: grid; gap: .5rem; }
        .notes li { border: 1px solid var(--line); border-left: 4px solid var(--soft); background: var(--card); border-radius: 8px; padding: .55rem .9rem; overflow-wrap: anywhere; }
        .notes .due { border-left-color: var(--bad); } .notes .held { border-left-color: var(--good); }
        nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 0 0 1.1rem; padding: 0; font-size: .9rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1.1rem; padding: 0; list-style: none; }
        .tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem 1.1rem; }
        .tiles b { display: block; font-size: 1.55rem; line-height: 1.2; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
        .tiles span { color: var(--soft); font-size: .85rem; }
        .tiles .alarm b { color: var(--bad); }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .85rem 2rem; margin: 0; }
        dt { color: var(--soft); font-size: .82rem; } dd { margin: 0; overflow-wrap: anywhere; }
        dl .whole { grid-column: 1 / -1; } dl .whole dd { font-size: 1.08rem; }
        .lanes { list-style: none; margin: 0; padding: 0; }
        .lanes li { display: grid; grid-template-columns: minmax(10rem, 17rem) 1fr; gap: .1rem 1rem; align-items: center; padding: .28rem 0; border-top: 1px solid var(--faint); }
        .lanes .what { font-size: .88rem; overflow-wrap: anywhere; } .lanes .what small { color: var(--soft); display: block; font-size: .8rem; }
        .lane { display: block; width: 100%; height: 1.35rem; overflow: hidden; background: var(--faint); border-radius: 4px; }
        .lane rect.run { fill: var(--bar); } .lane rect.cut { fill: var(--warn); } .lane rect.no { fill: var(--bad); } .lane rect.tick { fill: var(--line); }
        .axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .78rem; font-variant-numeric: tabular-nums; margin: .35rem 0 0 calc(min(17rem, 100%) + 1rem); }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .8rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .82rem; }
        .legend svg { width: .8rem; height: .8rem; margin-right: .4rem; vertical-align: -.08rem; }
        .legend .run { fill: var(--bar); } .legend .cut { fill: var(--warn); } .legend .no { fill: var(--bad); }
        figure { margin: 0; } figcaption { color: var(--soft); font-size: .85rem; margin: 0 0 .6rem; }
        .volume { display: block; width: 100%; height: 9rem; border-bottom: 1px solid var(--line); }
        .volume rect { fill: var(--bar); } .volume line { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
        figure .axis { margin-left: 0; }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; }
        caption { text-align: left; color: var(--soft); font-size: .85rem; padding: 0 0 .6rem; }
        th { text-align: left; font-weight: 600; color: var(--soft); font-size: .82rem; vertical-align: bottom; border-bottom: 1px solid var(--line); padding: .3rem .75rem .45rem 0; }
        td { vertical-align: top; border-bottom: 1px solid var(--faint); padding: .55rem .75rem .55rem 0; overflow-wrap: anywhere; }
        td small { display: block; color: var(--soft); font-size: .82rem; margin-top: .15rem; }
        .num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .clock { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .word { display: inline-block; font-weight: 650; font-size: .82rem; padding: .05rem .5rem; border-radius: 999px; white-space: nowrap; border: 1px solid; }
        .yes { color: var(--good); background: var(--good-back); } .no-word { color: var(--bad); background: var(--bad-back); } .open-word { color: var(--warn); background: var(--warn-back); }
        .masks td:nth-child(3) { width: 55%; } .masks svg { display: block; width: 100%; height: .95rem; } .masks rect { fill: var(--mask); }
        pre { margin: .35rem 0 0; padding: .8rem 1rem; background: var(--code); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; }
        .steps { margin: 0; padding-left: 1.3rem; } .steps li { margin: 0 0 .9rem; }
        .fine { color: var(--soft); font-size: .86rem; }
        footer { color: var(--soft); font-size: .82rem; padding: .25rem 0 2.5rem; }
        @media screen and (max-width: 46rem) {
          .wide { padding: 0 .8rem; } section { padding: 1rem 1rem 1.1rem; }
          .lanes li { grid-template-columns: 1fr; } .axis { margin-left: 0; } .axis .mid { display: none; }
          .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .cards, .cards tbody, .cards tr, .cards td, .cards caption { display: block; }
          .cards tr { border-top: 1px solid var(--line); padding: .6rem 0; }
          .cards td { display: grid; grid-template-columns: 6.2rem 1fr; gap: .6rem; border: 0; padding: .16rem 0; text-align: left; white-space: normal; }
          .cards td::before { content: attr(data-label); color: var(--soft); font-size: .82rem; }
          .cards td:empty { display: none; }
          .masks td:nth-child(3) { width: 40%; }
        }
        @media print {
          :root {
            color-scheme: light;
            --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --faint: #e6e6e6; --accent: #000; --bar: #3b78d8;
            --good: #0f6b3a; --good-back: #fff; --warn: #8a4b00; --warn-back: #fff; --bad: #a81c28; --bad-back: #fff; --mask: #7a4fc0; --code: #fff;
          }
          @page { margin: 14mm; }
          body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          dl { grid-template-columns: repeat(3, 1fr); gap: .6rem 1.2rem; } .tiles { grid-template-columns: repeat(5, 1fr); }
          nav, .skip { display: none; } .wide { max-width: none; padding: 0; } section { border-color: #bbb; }
          h2, h3, caption, figcaption { break-after: avoid; } .verdict, .tiles, figure, tr, .lanes li, .steps li { break-inside: avoid; }
          thead { display: table-header-group; }
        }

        """;
}
