"""A conversation follows what its client shows: what another branch said there is erased.

shown.py         what a client shows of a conversation, as a value
alignment.py     which stored turns that is, and what it replaces; no SQL
recognition.py   the conversation of a client that names none
replacement.py   the change in SQL, within the transaction that accepts the request
"""
