"""A small arXiv and a small model server on loopback, and invented papers for them to serve.

The demo and the tests run the product's own HTTP clients against these, so that nothing of the product needs a mock,
a key, or a network. What arXiv's servers do, and do wrong, is imitated after their documentation, their open code and
recorded answers; every fault is scripted, none is random.
"""
