using Alice.ML.Runtime;
using TorchSharp;

namespace Alice.ML.Tests.Runtime;

[TestClass]
public class LibTorchTests
{
    [TestMethod]
    public void Libtorch_loads_on_this_machine()
    {
        LibTorch.EnsureLoaded();
        using var two = torch.ones(2).sum();
        Assert.AreEqual(2f, two.item<float>());
    }
}
