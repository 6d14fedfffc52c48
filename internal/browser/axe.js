// A function that runs axe-core, which must be there, with options, and returns the rules that are broken.
((options) => axe.run(document, options).then((r) => r.violations.map((v) => ({
  rule: v.id,
  impact: v.impact || "",
  help: v.help,
  places: v.nodes.slice(0, 5).map((n) => n.target.join(" ") + ": " + (n.failureSummary || "").split("\n").slice(1, 2).join("").trim()),
  count: v.nodes.length,
}))))
