"""Documents made from figures and scores: the annual work report first of all."""
