"""A hub as its users meet it: the real binary in a folder of its own, reached over HTTP, PostgreSQL and the command line.

Nothing here knows the inside of the program; `remains.py` alone looks at what it leaves on the disk.
"""
