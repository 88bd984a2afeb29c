const assert = require("node:assert");
assert.equal(require("./answer.js")(), 42);
