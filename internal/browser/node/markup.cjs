// The rules of html-validate for the pages that shiplist makes, and why some are off.
module.exports = {
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // The form over a long table chooses its rows as one types: there is nothing to submit.
    // It is shown by the script alone.
    "wcag/h32": "off",
    // The box in which a wide table scrolls is a region, so that it has a name where keys
    // reach it. It is no section of the text.
    "prefer-native-element": ["error", { exclude: ["region"] }],
  },
};
