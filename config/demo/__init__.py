"""The demo: the whole job on real parts, played through the faces that everybody else uses."""
