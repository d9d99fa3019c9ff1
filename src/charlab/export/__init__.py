"""Trained networks for other programs: as ONNX models, checked against PyTorch."""
