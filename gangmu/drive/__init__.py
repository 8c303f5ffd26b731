"""The week: supervision items assigned, accepted, replied to, reviewed and closed; lamps, urging, the weekly sheet."""
