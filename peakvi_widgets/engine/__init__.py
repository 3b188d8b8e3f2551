"""PeakVI in plain PyTorch: arrays in, arrays out; knows no AnnData, no thread and no widget.

Nothing is imported here, so that ``engine.metrics`` and ``engine.plan`` can be had without torch.
"""
