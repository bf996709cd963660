"""The forward and backward passes of build/gpu-check.sh's stacks, and Adam, in PyTorch: how fast the same card is with it.

Prints a line for docs/gpu.md for each size. Needs PyTorch with CUDA.
"""
import time

import torch

SECONDS = 3


def rate(columns, units, rows, networks):
    sizes = [columns, units, units, 1]
    parameters = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        bound = inputs ** -0.5
        for shape in ((networks, inputs, outputs), (networks, 1, outputs)):
            tensor = (torch.rand(shape, device="cuda") * 2 - 1) * bound
            parameters.append(tensor.requires_grad_())
    optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    features = torch.rand(rows, columns, device="cuda").expand(networks, -1, -1)
    targets = torch.rand(rows, 1, device="cuda")

    def step():
        hidden = features
        for layer in range(0, len(parameters), 2):
            hidden = torch.baddbmm(parameters[layer + 1], hidden, parameters[layer])
            if layer < len(parameters) - 2:
                hidden = hidden.relu()
        loss = ((hidden - targets) ** 2).mean(1).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for _ in range(50):
        step()
    torch.cuda.synchronize()
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        for _ in range(50):
            step()
        torch.cuda.synchronize()
        steps += 50
    return steps / (time.perf_counter() - start)


if __name__ == "__main__":
    for size in ((16, 64, 128, 4), (64, 256, 512, 4), (64, 256, 512, 32), (64, 1024, 4096, 4)):
        columns, units, rows, networks = size
        print(f"RESULT| steps a second of PyTorch with Adam, one gradient each, {columns}-{units}-{units}-1 × {networks}, "
              f"batch {rows} | {rate(*size):,.0f} |", flush=True)
