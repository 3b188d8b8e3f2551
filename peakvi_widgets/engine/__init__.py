"""PeakVI in plain PyTorch: arrays in, arrays out.

What belongs here: the network, its training, posterior quantities, comparisons, and model folders.
No AnnData, no widgets and no threads of its own; long work is a generator that yields its progress.
Fast code has a readable twin, and a test that both agree.

Nothing is imported here, so that ``engine.metrics`` and ``engine.plan`` load without torch.
"""
