"""A language model in this process: GGUF files run by llama.cpp (xllamacpp). No document leaves the house.

It is reached as any other endpoint is, over HTTP on loopback, behind a key that only this process knows: so retries,
limits, cache and modes are the same, and there is one way to the model.
"""
