using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

[TestClass]
public class ConformanceTests
{
    public static IEnumerable<object[]> Traces =>
        from file in ConformanceTrace.Files()
        from dtype in new[] { ScalarType.Float64, ScalarType.Float32 }
        select new object[] { file, dtype };

    [TestMethod]
    public void All_fourteen_traces_are_there() => Assert.HasCount(14, ConformanceTrace.Files().ToList());

    [TestMethod]
    [DynamicData(nameof(Traces))]
    public void Every_value_of_the_trace_is_met(string file, ScalarType dtype)
    {
        var trace = ConformanceTrace.Read(file);
        var tolerance = dtype == ScalarType.Float64 ? 1e-9 : 1e-4;
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(trace.Theta0, dtype));
        using var optimizer = new AliceOptimizer([parameter], trace.Options.ToOptimizerOptions());
        var samples = 0;
        optimizer.Directions = _ => tensor(trace.Signs[samples++]);

        var expected = trace.Expected.ToDictionary(e => e.Step);
        for (var n = 1; n <= trace.Steps; n++)
        {
            if (trace.Options.LearningRateFromStep is { } drop && drop.Step == n)
                optimizer.ParamGroups.Single().LearningRate *= drop.Factor;
            var before = samples;
            optimizer.step(trace.Objective.Closure(parameter)).Dispose();
            if (!expected.TryGetValue(n, out var state))
                continue;
            Assert.AreEqual(state.Kind, samples > before ? "sample" : "quick", $"step {n}");
            var actual = optimizer.StateOf(parameter);
            Near(state.Mu, parameter, $"module at step {n}");
            Near(state.Mu, actual.Center, $"mu at step {n}");
            Near(state.Nu, actual.LookAhead, $"nu at step {n}");
            Near(state.G, actual.Gradient, $"g at step {n}");
            Near(state.Rho, actual.GlassDensity, $"rho at step {n}");
            Near(state.H, actual.Hessian, $"h at step {n}");
            Near(state.S, actual.SecondMoment, $"s at step {n}");
        }
        Assert.HasCount(samples, trace.Signs);

        void Near(double[] wanted, Tensor tensor, string what)
        {
            var values = TraceObjective.Values(tensor);
            for (var i = 0; i < wanted.Length; i++)
                Assert.AreEqual(
                    wanted[i], values[i], tolerance * Math.Max(1, Math.Abs(wanted[i])), $"{what}, element {i}");
        }
    }
}
