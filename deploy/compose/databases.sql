-- PostgreSQL's image runs this once, when its volume is new: a database for the lake, one for Dagster's history.
CREATE DATABASE digest;
CREATE DATABASE dagster;
