using Alice.ML.Optimization.Runtime;
using TorchSharp;

namespace Alice.ML.Tests.Runtime;

[TestClass]
public class TorchDeviceTests
{
    [TestMethod]
    [DataRow("auto", true)]
    [DataRow("cpu", true)]
    [DataRow("cuda", true)]
    [DataRow("cuda:0", true)]
    [DataRow("cuda:12", true)]
    [DataRow(null, false)]
    [DataRow("", false)]
    [DataRow("CPU", false)]
    [DataRow("gpu", false)]
    [DataRow("cuda:", false)]
    [DataRow("cuda:-1", false)]
    [DataRow("cuda: 1", false)]
    [DataRow("cuda:1.0", false)]
    [DataRow("cuda:one", false)]
    [DataRow("metal:0", false)]
    public void Devices_have_four_kinds_of_names(string? name, bool isValid)
    {
        Assert.AreEqual(isValid, TorchDevice.IsName(name));
        if (name is null || isValid)
            return;
        Assert.AreEqual(
            $"Device is '{name}', but must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\". (Parameter 'name')",
            Assert.ThrowsExactly<ArgumentException>(() => TorchDevice.Resolve(name)).Message);
    }

    [TestMethod]
    public void Without_CUDA_the_automatic_device_is_the_processor_and_a_card_is_an_error_that_says_what_to_do()
    {
        Assert.AreEqual(DeviceType.CPU, TorchDevice.Resolve("cpu").type);
        if (torch.cuda.is_available())
            Assert.Inconclusive("This machine has CUDA: see GpuTests.");
        Assert.AreEqual(DeviceType.CPU, TorchDevice.Resolve("auto").type);
        foreach (var name in new[] { "cuda", "cuda:0", "cuda:3" })
            Assert.AreEqual(
                $"Device is '{name}', but libtorch finds no CUDA here. Add the package TorchSharp-cuda-linux or "
                + "TorchSharp-cuda-windows in place of TorchSharp-cpu (or set ALICE_LIBTORCH to a PyTorch with CUDA), "
                + "and check that the NVIDIA driver runs ('nvidia-smi'); or set Device to \"cpu\".",
                Assert.ThrowsExactly<InvalidOperationException>(() => TorchDevice.Resolve(name)).Message);
    }
}
