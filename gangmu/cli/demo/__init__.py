"""云溪区, a fictional district: its people, figures, ledgers, goals and rule book, made from a seed and a day.

Everything is written as the ordinary files of a district's folder and taken in by the ordinary import.
"""
