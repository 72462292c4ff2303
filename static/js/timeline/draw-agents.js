/** Which agent was in charge, and a dotted line through all lanes where it handed over. */
export function drawAgents(pen, { model, view, heightPx, untilMs }, box) {
  model.agents.forEach((stretch, at) => {
    const x = Math.max(-4, view.toPx(stretch.start_ms));
    const right = Math.min(view.widthPx + 4, view.toPx(Math.min(stretch.end_ms ?? untilMs, untilMs)));
    if (right < 0 || x > view.widthPx) return;
    pen.fill("lane-agent", at % 2 ? 0.24 : 0.15).bar(x + 1, box.top + 3, Math.max(2, right - x - 2), box.height - 6, 3);
    pen.fitted(stretch.agent, Math.max(x, 0) + 3, box.top + box.height / 2 + 0.5, right - Math.max(x, 0), NAME);
  });
  for (const { at_ms: atMs } of model.handoffs) {
    if (atMs > untilMs || !view.shows(atMs)) continue;
    const x = Math.round(view.toPx(atMs)) + 0.5;
    pen.line(x, box.top + 2, x, heightPx, { color: "lane-handoff", dash: [1, 3] });
  }
}

const NAME = { color: "ink", weight: 560 };
