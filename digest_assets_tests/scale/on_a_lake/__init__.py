"""The tests of the embedded store and of the whole pipeline, once more on a lake: a file names those of one module."""
