using Alice.ML.Optimization.Tensors;
using Alice.ML.Tests.Benchmarks;
using Alice.ML.Tests.Docs;
using Alice.ML.Tests.Landscape;
using Alice.ML.Tests.Optimization;
using Alice.ML.Tool.Comparing;

namespace Alice.ML.Tests.Runtime;

/// <summary>What the build refuses is everything in TorchSharp that is not safe beside garbage collection, and nothing
/// of ours uses it.</summary>
[TestClass]
public class ScalarCallsTests
{
    private const string Reason = ";Unsafe beside garbage collection: see TensorMath";

    [TestMethod]
    public void The_build_refuses_every_member_of_TorchSharp_that_takes_or_makes_a_Scalar()
    {
        using var calls = new ScalarCalls();
        string[] expected =
            [.. new[] { "T:TorchSharp.Scalar", "T:TorchSharp.ScalarExtensionMethods" }.Concat(calls.Names)
                .Select(name => name + Reason)];
        if (!expected.SequenceEqual(File.ReadAllLines(ListPath)))
        {
            File.WriteAllLines(ListPath + ".new", expected);
            Assert.Fail($"Another TorchSharp? Look at {ListPath}.new and put it in the place of the list.");
        }
    }

    [TestMethod]
    public void Members_are_told_apart_by_what_they_call_however_deep()
    {
        using var calls = new ScalarCalls();
        var names = calls.Names.ToHashSet();
        foreach (var refused in new[]
        {
            "Tensor.add(TorchSharp.torch.Tensor)",
                "Tensor.op_Addition(TorchSharp.torch.Tensor,TorchSharp.torch.Tensor)",
            "Tensor.op_Multiply(System.Double,TorchSharp.torch.Tensor)", "Tensor.mul(TorchSharp.Scalar)",
            "Tensor.square",
            "nn.functional.leaky_relu(TorchSharp.torch.Tensor,System.Double,System.Boolean)", "nn.Mish",
        })
            Assert.Contains("M:TorchSharp.torch." + refused, names);
        Assert.Contains("M:TorchSharp.Modules.Adam.step(System.Func{TorchSharp.torch.Tensor})", names);
        foreach (var safe in new[]
        {
            "Tensor.sub(TorchSharp.torch.Tensor)",
                "Tensor.op_Subtraction(TorchSharp.torch.Tensor,TorchSharp.torch.Tensor)",
            "Tensor.mul(TorchSharp.torch.Tensor)", "Tensor.lerp_(TorchSharp.torch.Tensor,TorchSharp.torch.Tensor)",
            "tensor(System.Single)",
        })
            Assert.DoesNotContain("M:TorchSharp.torch." + safe, names);
    }

    /// <remarks>The analyzer does not look at a += b; this does.</remarks>
    [TestMethod]
    public void Nothing_but_TensorMath_uses_them_in_libraries_samples_and_tests()
    {
        using var calls = new ScalarCalls();
        var allowed = new[]
        {
            typeof(TensorMath), typeof(AdamNetworkTests), typeof(LandscapeProbeTests), typeof(ModuleTests),
                typeof(OptimizerPageTests),
            typeof(StateDictionaryTests), typeof(DamagedStateTests),
        }.Select(type => type.FullName + ".").ToArray();
        var uses = new[] { typeof(TensorMath), typeof(Contender), GetType() }.SelectMany(
            type => calls.UsesIn(type.Assembly))
            .ToLookup(use => Array.Exists(allowed, type => use.StartsWith(type, StringComparison.Ordinal)));
        Assert.AreNotEqual(0, uses[true].Count());
        Assert.IsEmpty(uses[false], string.Join(Environment.NewLine, uses[false]));
    }

    private static string ListPath => Path.Combine(Snippets.Repository(), "build", "BannedSymbols.Scalars.txt");
}
