"""How text is generated from a language model.

Takes a model (``StepModel``) and a vocabulary and knows nothing of training.
"""
