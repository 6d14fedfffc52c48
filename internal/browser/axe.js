// Runs axe-core, which must be there, and returns the rules that are broken.
axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.map((v) => ({
  rule: v.id,
  impact: v.impact || "",
  help: v.help,
  places: v.nodes.slice(0, 5).map((n) => n.target.join(" ") + ": " + (n.failureSummary || "").split("\n").slice(1, 2).join("").trim()),
  count: v.nodes.length,
})))
