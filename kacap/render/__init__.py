"""Report → text. Rules of this room:

- it knows `kacap.report.model` and nothing of how a report came about (`explain` also knows the table of causes);
- it returns text or renderables, or writes to what it is handed; it opens no file and reads no clock;
- text from packets, file names and warnings is hostile: a terminal gets it through `escape.safe`, JSON as ASCII;
- a value that is unknown is said to be unknown, never guessed.

Nothing here is imported for free: `kacap.render.json` needs no rich, `kacap.render.terminal` needs no json.
"""
