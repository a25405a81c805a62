/**
 * The look of the page. Contains nothing from results.
 */
import { Markup } from './markup.js'

/** The only stylesheet of the page, the content of its style element. */
export const STYLESHEET = new Markup(`
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --soft: #646d78; --rule: #e3e6ea; --wash: #f6f7f9;
  --good: #1a7540; --bad: #b3261e; --unsure: #8a5a00;
  --a: #17418c; --b: #3f78d1; --c: #9bbdf0; --plain: #7c8794; --mark: #b65c00;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e7eb; --soft: #98a2ae; --rule: #2b3138; --wash: #1b1f25;
    --good: #5cc489; --bad: #ff8a80; --unsure: #e5b04d;
    --a: #b9d2ff; --b: #6ea1f5; --c: #4f78c0; --plain: #8d98a6; --mark: #ffb066;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 72px; }
p { margin: 0 0 12px; }
bdi, .message, dd, h1 { overflow-wrap: anywhere; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--b); outline-offset: 2px; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.unsure { color: var(--unsure); }
.hint, small, figcaption span { color: var(--soft); font-size: 13px; }

.eyebrow { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 24px; color: var(--soft); font-size: 13px; }
.eyebrow bdi { color: var(--ink); font-weight: 600; }
h1 { max-width: 34em; margin: 18px 0 12px; padding-left: 1.4em; font-size: 26px; line-height: 1.3; font-weight: 600; letter-spacing: -.01em; }
h1 .symbol { display: inline-block; width: 1.4em; margin-left: -1.4em; }
header .hint { margin-bottom: 20px; font-size: 14px; }
.notes { margin: 0 0 16px; padding: 12px 16px 12px 34px; border-left: 3px solid var(--unsure); background: var(--wash); }
.next { margin: 0 0 16px; }
code { padding: 2px 6px; border-radius: 4px; background: var(--wash); font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }

dl { margin: 0 0 8px; display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px 24px; }
dt { color: var(--soft); font-size: 13px; }
dd { margin: 0; }
.key-figures { margin: 28px 0 0; padding: 18px 0; border: solid var(--rule); border-width: 1px 0; grid-template-columns: repeat(6, 1fr); }
.key-figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.key-figures dd { font-size: 22px; line-height: 1.25; letter-spacing: -.01em; white-space: nowrap; }

section { margin-top: 44px; }
h2 { margin: 0 0 12px; font-size: 17px; line-height: 1.4; font-weight: 600; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
table { border-collapse: collapse; min-width: 100%; font-size: 14px; }
th, td { padding: 7px 0 7px clamp(10px, 2vw, 20px); border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; vertical-align: baseline; font-weight: 400; }
th:first-child { padding-left: 0; }
thead th { color: var(--soft); font-size: 13px; }
.t { text-align: left; }
th[scope=row].t, td .message { min-width: 7em; max-width: 24em; white-space: normal; }
td .message { display: inline-block; max-width: 44em; }
td small { display: block; min-width: 11em; max-width: 24em; white-space: normal; }
td small.narrow { display: none; }
b { font-weight: 600; }

.change { display: block; margin: 2px 0 -3px; }
.change .zero { stroke: var(--soft); }
.change .limit { stroke: var(--bad); stroke-dasharray: 2 2; }
.change .reach { stroke: currentColor; stroke-width: 2; stroke-linecap: round; opacity: .55; }
.change circle { fill: currentColor; }

.chart { display: flex; flex-direction: column; margin: 0 0 20px; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: baseline; font-size: 14px; }
.small figcaption { gap: 0 10px; }
.small .key::before { width: 10px; margin-right: 4px; }
.key::before { content: ""; display: inline-block; width: 14px; margin-right: 6px; border-top: 3px solid; vertical-align: middle; }
.key.a::before { color: var(--a); }
.key.b::before { color: var(--b); }
.key.c::before { color: var(--c); }
.key.mark::before { width: 9px; height: 9px; border: 2px solid var(--mark); border-radius: 50%; }
.drawing { display: flex; margin-top: auto; }
.drawing text { fill: var(--soft); font-size: 12px; }
.scale { flex: none; }
.scale text, .plot .end, .plot g text { text-anchor: end; }
.plot { flex: 1; min-width: 0; overflow: visible; }
.plot .middle { text-anchor: middle; }
.grid { stroke: var(--rule); }
.ground { stroke: var(--soft); }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.area { stroke: none; opacity: .13; }
.line.a { stroke: var(--a); } .area.a { fill: var(--a); }
.line.b { stroke: var(--b); } .area.b { fill: var(--b); }
.line.c { stroke: var(--c); } .area.c { fill: var(--c); }
.line.plain { stroke: var(--plain); } .area.plain { fill: var(--plain); }
.line.bad { stroke: var(--bad); } .area.bad { fill: var(--bad); }
.line.model { stroke: var(--mark); stroke-dasharray: 5 4; stroke-linecap: butt; }
rect.band { fill: var(--mark); opacity: .15; }
circle.mark { fill: var(--paper); stroke: var(--mark); stroke-width: 2; }
circle.peak { fill: var(--mark); }
.plot g rect { height: 100%; fill: transparent; }
.plot g:hover rect { fill: var(--soft); opacity: .18; }
.plot g text { visibility: hidden; fill: var(--ink); }
.plot g:hover text { visibility: visible; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 0 28px; }
.charts > * { min-width: 0; }
.chart.wide { grid-column: 1 / -1; }

.tracks { position: relative; }
.tracks .chart { margin: 0; }
.tracks figcaption { height: 28px; flex-wrap: nowrap; align-items: flex-end; overflow: hidden; white-space: nowrap; }
.tracks figcaption b { flex: none; max-width: 60%; overflow: hidden; text-overflow: ellipsis; }
.tracks .axis { display: block; width: calc(100% - 56px); margin-left: 56px; overflow: visible; }
.axis text { fill: var(--soft); font-size: 12px; }
.axis .middle { text-anchor: middle; }
.axis .end { text-anchor: end; }
.level { stroke: var(--mark); stroke-dasharray: 5 4; }
.key.level::before { border-top: 2px dashed var(--mark); }
.moments { position: absolute; inset: 0 0 0 56px; display: flex; }
.moments label { flex: 1; min-width: 0; }
.moments input { position: absolute; opacity: 0; pointer-events: none; }
.moments span { position: absolute; top: 0; right: 0; opacity: 0; text-align: right; font-size: 13px; pointer-events: none; }
.moments b { display: block; height: 98px; padding-top: 8px; line-height: 20px; font-weight: 400; }
.moments.led b:first-child { height: 248px; }
.moments label:hover, .moments:not(:hover) label:has(:checked), .moments:not(:hover) label:has(:focus-visible) { background: linear-gradient(to right, transparent calc(50% - .5px), var(--soft) 0 calc(50% + .5px), transparent 0) 0 28px / 100% no-repeat; }
.moments label:hover span, .moments:not(:hover) :checked ~ span, .moments:not(:hover) :focus-visible ~ span { opacity: 1; }
.moments.loose, .moments.loose label { display: contents; }
.moments.loose svg { position: absolute; inset: 28px 0 0 56px; width: calc(100% - 56px); height: calc(100% - 28px); pointer-events: none; }
.moments.loose rect { height: 100%; fill: transparent; pointer-events: all; }
.loose label:hover line, .loose:not(:hover) :is(:checked, :focus-visible) + svg line { stroke: var(--soft); }
.tracks:has(.moments :focus-visible) { outline: 2px solid var(--b); outline-offset: 4px; }

summary { padding: 8px 0; cursor: pointer; }
pre { overflow-x: auto; margin: 0; padding: 14px 16px; border-radius: 6px; background: var(--wash); font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; tab-size: 2; }
.data summary, section > details:not(.request) > summary { color: var(--soft); font-size: 13px; }
.request { border-top: 1px solid var(--rule); }
.request:last-child { border-bottom: 1px solid var(--rule); }
.request > summary > bdi { font-weight: 600; }
.request > summary > span { float: right; margin-left: 16px; color: var(--soft); }
.request dl { grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); }
.request > div { padding: 8px 0 20px; }

@media (max-width: 600px) {
  main { padding: 24px 16px 48px; }
  h1 { font-size: 21px; }
  section { margin-top: 36px; }
  .key-figures { grid-template-columns: repeat(3, 1fr); gap: 14px 12px; }
  .key-figures dd { font-size: 18px; }
  table { font-size: 13px; }
  .tracks:has(.moments:hover, :checked, :focus-visible) .lead figcaption, .tracks:has(.moments:hover, :checked, :focus-visible) .key { visibility: hidden; }
  .tracks figcaption { gap: 0 8px; font-size: 13px; }
  .tracks figcaption span { font-size: 12px; }
  .tracks .key:not(.level)::before { width: 9px; margin-right: 4px; }
  .wide:is(th, td) { display: none; }
  td.t { white-space: normal; }
  td small.narrow { display: block; width: min-content; min-width: 0; margin-left: auto; }
  th[scope=row].t { min-width: 5em; overflow-wrap: anywhere; }
  dl { grid-template-columns: repeat(2, 1fr); gap: 8px 16px; }
}
@media print {
  @page { margin: 14mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .data, .moments, .moments-hint { display: none; }
  .scroll { overflow: visible; }
  pre { overflow: visible; padding: 0; background: none; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8pt; }
  table, thead th { font-size: 8pt; }
  th, td { padding-left: 8px; }
  td small { min-width: 0; max-width: 9em; font-size: 8pt; }
  .charts { grid-template-columns: repeat(3, 1fr); }
  h2, figcaption, thead { break-after: avoid; }
  figure, tr, .notes { break-inside: avoid; }
  .area { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`)
