"""What every record needs: the log, evidence, periods, clocks, lamps and duties."""
