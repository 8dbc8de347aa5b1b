import { dark, light, type Palette } from "../figures/theme.ts";

const set = (palette: Palette) =>
  Object.entries(palette)
    .map(([role, color]) => `--${role}:${color}`)
    .join(";");

/** The page's style sheet: light, dark where the reader's system is, always light on paper. */
export const styleSheet = `
:root{color-scheme:light dark;${set(light)};--wash:#f6f7f8;--warn-wash:#fdf3f2;--removed:#fbe3e1;--inserted:#d9ecfb}
@media screen and (prefers-color-scheme:dark){:root{${set(dark)};--wash:#1d2025;--warn-wash:#2b1c1c;--removed:#3a2222;--inserted:#16354d}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 "Source Sans 3","Source Sans Pro",system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
.wide-page{max-width:82rem}
h1{margin:0;font-size:1rem;font-weight:600;overflow-wrap:anywhere}
.byline{margin:0;color:var(--muted);font-size:.9375rem}
.headline{margin:1.25rem 0 1rem;font-size:1.45rem;line-height:1.35;font-weight:600;text-wrap:pretty;overflow-wrap:anywhere}
.headline+.evidence{margin-top:-.5rem;font-size:1.0625rem;white-space:pre-line}
h2{margin:3rem 0 .75rem;padding-top:.9rem;border-top:1px solid var(--grid);font-size:1.2rem;line-height:1.3}
h3{margin:0 0 .25rem;font-size:.9rem;font-weight:600}
p{max-width:48rem;margin:.6rem 0}
figure{margin:1.25rem 0}
figcaption{color:var(--muted);font-size:.875rem;line-height:1.45;max-width:48rem}
figcaption{margin-top:.5rem}
svg{display:block;width:100%;height:auto}
.mark{display:inline-block;width:.8em;height:.8em;margin-right:.4em;vertical-align:-.05em}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;margin:0 0 .6rem;padding:0;list-style:none;font-size:.875rem}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(18rem,100%),1fr));gap:1.5rem 1.25rem}
.wide-page .panels{grid-template-columns:repeat(auto-fit,minmax(min(21rem,100%),1fr))}
.narrow{display:none}
@media screen and (max-width:34rem){.wide{display:none}.narrow{display:block}main{padding-top:1.5rem}.headline{font-size:1.2rem}}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem;line-height:1.3;font-variant-numeric:tabular-nums;border-bottom:1.5px solid var(--ink)}
th,td{padding:.4rem .6rem;text-align:right;vertical-align:top;white-space:nowrap}
th{font-weight:600;vertical-align:bottom;border-top:1.5px solid var(--ink);border-bottom:1px solid var(--ink)}
thead th{white-space:normal;min-width:5.5rem}
thead th.short{min-width:0}
td:first-child,th:first-child{text-align:left;padding-left:.2rem;position:sticky;left:0;background:var(--paper)}
.groups td{border-top:1.5px solid var(--ink)}
.grouped colgroup+colgroup{border-left:1px solid var(--grid)}
.groups th{text-align:left;border-bottom:0;padding-bottom:0;white-space:nowrap}
.groups+tr th{border-top:0}
tbody tr+tr td{border-top:1px solid var(--grid)}
small{display:block;font-size:.93em;font-weight:400;color:var(--muted)}
.warning{margin:1rem 0;padding:.75rem 1rem;border-left:4px solid var(--warn);background:var(--warn-wash)}
.warning ul{margin:.35rem 0 0;padding-left:1.1rem}
.warning strong{color:var(--warn)}
li,dd,.text{overflow-wrap:anywhere;white-space:pre-line}
.legend li{white-space:normal}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem;margin:1rem 0}
dt{color:var(--muted)}
dd{margin:0}
details{margin:.5rem 0;border-radius:4px}
summary{cursor:pointer;padding:.3rem 0;color:var(--ink);text-decoration:underline;text-decoration-color:var(--grid);text-underline-offset:.25em}
summary:focus-visible{outline:2px solid var(--at);outline-offset:2px}
.transcript{margin:1rem 0 1.5rem;padding:.25rem 0 .25rem 1rem;border-left:3px solid var(--grid)}
.transcript dl{margin:.5rem 0;font-size:.9375rem}
.pixels{image-rendering:pixelated}
.change{margin:0 0 .2rem;white-space:pre-wrap}
del,ins{border-radius:2px;padding:0 .1em}
del{color:var(--muted);background:var(--removed);text-decoration-color:var(--warn)}
ins{background:var(--inserted);text-decoration-thickness:.1em;text-underline-offset:.15em}
.replaced del+ins{margin-left:.15em}
.text{unicode-bidi:isolate}
.failed{color:var(--warn);font-weight:600}
@media (max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{
main{max-width:none;padding:0}body{font-size:10pt}h2{break-after:avoid}figure,tr,.transcript{break-inside:avoid}
figure:has(table){break-inside:auto}.scroll{overflow:visible}th,td{padding:.25rem .35rem;white-space:normal}table{font-size:7.5pt}
details::details-content{content-visibility:visible;display:block;height:auto}summary{list-style:none}
}
`.trim();
