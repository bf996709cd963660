using Alice.ML.Optimization.Runtime;
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

    [TestMethod]
    public void A_platform_without_libtorch_is_told_so_in_one_sentence_and_others_what_to_add()
    {
        string[] tried = ["torch_cpu: not there"];
        var none = LibTorch.Missing(null, tried);
        StringAssert.StartsWith(none, "There is no libtorch for ");
        Assert.IsFalse(none.Contains("torch_cpu") || none.Contains('\n') || none[..^1].Contains(". "), none);
        foreach (var (platform, package) in new[
            ] { ("linux-x64", "TorchSharp-cpu,"), ("win-arm64", "libtorch-cpu-win-arm64") })
        {
            var missing = LibTorch.Missing(platform, tried);
            StringAssert.Contains(missing, package);
            StringAssert.Contains(missing, tried[0]);
        }
    }
}
