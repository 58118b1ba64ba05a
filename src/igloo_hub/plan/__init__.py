"""From what an author asks and an owner allows to the plan of one start: manifest, config, grants. Pure.

Apart from the hub proper, which only takes the plan: nothing here knows of processes, sockets or the device tree.
"""
