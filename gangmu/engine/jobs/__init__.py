"""Programs that another one starts by their file. Python then looks for modules beside that file first, so that they
stand in a folder of their own: beside the engine's `numbers` nobody would find Python's."""
