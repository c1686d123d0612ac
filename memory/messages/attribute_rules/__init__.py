"""How the attributes of a life are told and asked for, in English and Chinese."""
