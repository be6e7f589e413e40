"""The hint-guided colour network: its layers, its training and its measurement.

Needs torch, numpy and safetensors, for training and measurement OpenCV and Pillow, too; nothing of
the application.
"""
