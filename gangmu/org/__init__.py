"""Units, posts, people: who there is, who may see what, who may do what."""
