"""A tiny lesson for tests."""

TINY = """
title = "A tiny lesson"
summary = "One step, two small networks."
minutes = 1
sources = ["Nobody 2026."]

[[experiments]]
name = "pair"
title = "Two small networks"
columns = ["params", "test_error"]
change = { depth = 1, width = 4, image_size = 16 }
arms = [
  { name = "plain", title = "plain", network = "plain20" },
  { name = "residual", title = "residual", network = "resnet20" },
]
recorded = { data = "colours.zip", epochs = 2, seeds = [0, 1], batch_size = 20 }
quick = { data = "colours.zip", epochs = 1, batch_size = 20 }

[[experiments.printed]]
title = "Error [%]"
source = "Nobody 2026, Table 1"
values = { residual = "8.75" }

[[steps]]
name = "guess"
title = "Guess"
text = "A [[shortcut]] is a way past. Error {pair.plain.test_error}."
train = "pair"

[steps.question]
text = "Which is better?"
answer = "residual"
options = [
  { name = "plain", text = "The plain one" },
  { name = "residual", text = "The residual one" },
]

[steps.reveal]
text = "Look."
figures = [
  { experiment = "pair", kind = "curves", of = "test_error" },
  { experiment = "pair", kind = "table" },
]

[[steps.reveal.claims]]
experiment = "pair"
of = "test_error"
more = "plain"
less = "residual"
margin = 0.01
holds = "plain is worse by {gap}"
fails = "no gap: {more} and {less}"
"""
