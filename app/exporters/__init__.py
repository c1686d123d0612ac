"""A user's conversations in formats that other programs read.

messages.py    JSON Lines, a conversation a line, as OpenAI's API and trainers of models take them
open_webui.py  chats as Open WebUI imports them
markdown.py    a ZIP archive with a Markdown file for each conversation
formats.py     the formats by name

Each format is an iterator of pieces that reads a page at a time: nothing is in memory as a whole.
"""
