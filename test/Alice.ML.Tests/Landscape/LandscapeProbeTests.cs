using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Landscape;

// The state of the default generator is the process's, and so is the count of tensors.
[TestClass]
[DoNotParallelize]
public sealed class LandscapeProbeTests
{

    // Two threads wait for each other longer than these small networks compute.
    private readonly TorchThreads _threads = new(1);

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void Cleanup() => _threads.Dispose();

    private static readonly LandscapeOptions _small = new() { Directions = 2, PointsPerDecade = 1, LinePoints = 2 };

    [TestMethod]
    [DataRow(Activation.ReLU, 1.0, 0.35, "glass")]
    [DataRow(Activation.Tanh, 4.0, 0.5, "smooth")]
    [DataRow(Activation.GELU, 4.0, 0.5, "smooth")]
    public void The_glass_exponent_of_a_trained_network_is_1_for_ReLU_and_4_for_smooth_activations(
        Activation activation, double exponent, double tolerance, string kind)
    {
        using var network = new SmallNetwork(activation).Train(280);
        var report = LandscapeProbe.Measure(network.Module, network.Loss,
            new LandscapeOptions { Directions = 4, PointsPerDecade = 3, LinePoints = 1 });
        TestContext.WriteLine(report.ToString());
        var law = report.Total.Even!;
        Assert.AreEqual(exponent, law.Exponent, tolerance);
        Assert.IsGreaterThanOrEqualTo(99, law.To / law.From, "it holds over two decades or more");
        Assert.AreEqual(kind, report.Total.Kind);
        Assert.HasCount(3, report.Layers);
        Assert.AreEqual(8 * 64 + 64, report.Layers[0].ParameterCount);
    }

    [TestMethod]
    [DataRow(3.0, 0.0)]
    [DataRow(0.0, 70.0)]
    [DataRow(3.0, 70.0)]
    public void Density_and_Hessian_of_a_known_field_are_recovered_within_5_percent(double density, double hessian)
    {
        using var field = new GlassField(density, hessian);
        var total = LandscapeProbe.Measure(
            field, field.Loss, _small with { MinimumDistance = 1e-4, MaximumDistance = 1e-3 }).Total;
        TestContext.WriteLine(total.ToString());
        Assert.AreEqual(density, total.GlassDensity, 0.05 * density + 1e-9);
        // Without a Hessian, what is left of 3e-3 glass at this distance is noise of the difference.
        Assert.AreEqual(hessian, total.Hessian, hessian == 0 ? 0.2 * Math.Sqrt(density / 2e-3) : 0.05 * hessian);
    }

    [TestMethod]
    public void On_ReLU_networks_the_glass_band_covers_the_loss_as_often_as_stated_where_the_quadratic_does_not()
    {
        const double stated = 0.954;
        using var network = new SmallNetwork(Activation.ReLU);
        var settings = AliceOptimizerOptions.Published;
        using var optimizer = new AliceOptimizer(network.Module.parameters(), settings);
        var options = new LandscapeOptions
        {
            Directions = 2,
            MinimumDistance = 5e-4,
            PointsPerDecade = 1,
            LinePoints = 5,
        };
        var points = new List<LinePoint>();
        var widths = new List<double>();
        for (var i = 1; i <= 300; i++)
        {
            using var scope = NewDisposeScope();
            Tensor[] before = [.. network.Module.parameters().Select(p => p.detach().clone())];
            optimizer.step(network.Loss).Dispose();
            if (i % 15 != 0)
                continue;
            Tensor[] after = [.. network.Module.parameters().Select(p => p.detach().clone())];
            Tensor[] step = [.. after.Zip(before, (a, b) => (a - b) / tensor(1 - settings.Beta1))];
            Place(before);
            var line = LandscapeProbe.Measure(network.Module, network.Loss, options with { Step = step }).Line;
            Place(after);
            points.AddRange(line.Points.Skip(1));
            widths.Add(line.Points[^1].GlassBand / Math.Abs(line.Points[^1].Loss - line.Points[0].Loss));
        }
        var glass = points.Average(p => p.GlassCovers ? 1.0 : 0);
        var quadratic = points.Average(p => p.QuadraticCovers ? 1.0 : 0);
        TestContext.WriteLine($"{points.Count} points: glass covers {glass:p1}, the quadratic {quadratic:p1}, "
            + "independent glass "
            + $"{points.Average(p => Math.Abs(p.Loss - p.Predicted) <= p.IndependentGlassBand ? 1.0 : 0):p1}");
        Assert.IsGreaterThanOrEqualTo(stated, glass);
        Assert.IsLessThan(0.6, quadratic);
        Assert.IsLessThan(0.2, widths.Order().ElementAt(widths.Count / 2),
            "the band says something: it is narrow beside the change of the loss");

        void Place(Tensor[] values)
        {
            using var guard = no_grad();
            foreach (var (parameter, value) in network.Module.parameters().Zip(values))
                parameter.copy_(value);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Everything_is_put_back_and_the_stated_cost_is_the_true_one(bool inDouble)
    {
        using var module = WithDropoutAndNorm();
        module.train();
        module.modules().Last().eval();
        var calls = 0;
        var before = State(module);
        var reported = 0;
        var options = _small with { DoublePrecision = inDouble, Progress = new Reporter<int>(n => reported = n) };
        var report = LandscapeProbe.Measure(module, () => { calls++; return Loss(module); }, options);
        AssertSame(before, State(module));
        Assert.AreEqual(options.GradientEvaluations, calls);
        Assert.AreEqual(calls, report.GradientEvaluations);
        Assert.AreEqual(calls, reported);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Everything_is_put_back_when_the_closure_fails_or_the_measurement_is_cancelled(bool inDouble)
    {
        using var module = WithDropoutAndNorm();
        var before = State(module);
        var calls = 0;
        var options = _small with { DoublePrecision = inDouble };
        Assert.ThrowsExactly<TimeoutException>(() => LandscapeProbe.Measure(module,
            () => ++calls == 5 ? throw new TimeoutException() : Loss(module), options));
        AssertSame(before, State(module));

        using var cancellation = new CancellationTokenSource();
        options = options with
        {
            CancellationToken = cancellation.Token,
            Progress = new Reporter<int>(n => { if (n == 7) cancellation.Cancel(); })
        };
        calls = 0;
        Assert.ThrowsExactly<OperationCanceledException>(
            () => LandscapeProbe.Measure(module, () => { calls++; return Loss(module); }, options));
        Assert.AreEqual(7, calls);
        AssertSame(before, State(module));
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_report_and_another_seed_another()
    {
        using var network = new SmallNetwork(Activation.ReLU);
        double Density(long seed) =>
            LandscapeProbe.Measure(network.Module, network.Loss, _small with { Seed = seed }).Total.GlassDensity;
        Assert.AreEqual(Density(1), Density(1));
        Assert.AreNotEqual(Density(1), Density(2));
    }

    [TestMethod]
    public void A_measurement_leaves_no_tensors_behind()
    {
        using var network = new SmallNetwork(Activation.ReLU);
        using var scope = NewDisposeScope();
        network.Loss();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        LandscapeProbe.Measure(network.Module, network.Loss, _small);
        Assert.AreEqual(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void Options_and_closures_that_cannot_work_are_refused_with_the_remedy()
    {
        using var network = new SmallNetwork(Activation.ReLU);
        var options = new LandscapeOptions
        {
            MinimumDistance = 0,
            MaximumDistance = -1,
            Directions = 1,
            Radius = double.NaN
        };
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => LandscapeProbe.Measure(network.Module, network.Loss, options));
        Assert.AreEqual(string.Join(Environment.NewLine,
            "MinimumDistance is 0, but must be above 0 and finite.",
            "MaximumDistance is -1, but must be above MinimumDistance and finite.",
            "Directions is 1, but must be 2 or more.",
            "Radius is NaN, but must be above 0 and finite."), error.Message);

        var calls = 0;
        StringAssert.Contains(Failure(() => network.Loss().Scale(++calls)), "evaluate the same minibatch each time");
        StringAssert.Contains(Failure(() => network.Loss().Scale(double.NaN)), "Lower MaximumDistance");
        network.Module.zero_grad(true);
        foreach (var parameter in network.Module.parameters())
            parameter.grad = null;
        StringAssert.Contains(Failure(() => zeros([])), "let it call backward()");
        using var wrong = zeros(3);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => LandscapeProbe.Measure(
            network.Module, network.Loss, _small with { Step = [wrong] })).Message, "Step has 1 tensors");

        string Failure(Func<Tensor> closure) =>
            Assert.ThrowsExactly<InvalidOperationException>(
                () => LandscapeProbe.Measure(network.Module, closure, _small)).Message;
    }

    private static nn.Module<Tensor, Tensor> WithDropoutAndNorm()
    {
#pragma warning disable RS0030 // A user's network may have it; its Scalar counts batches.
        var module = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1));
#pragma warning restore RS0030
        Loss(module).Dispose();
        module.parameters().Last().grad = null;
        return module;
    }

    private static Tensor Loss(nn.Module<Tensor, Tensor> module)
    {
        using var scope = NewDisposeScope();
        module.zero_grad();
        var inputs = linspace(-1, 1, 48, dtype: module.parameters().First().dtype).view(16, 3).sin();
        var outputs = module.forward(inputs);
        var error = outputs - ones_like(outputs);
        var loss = (error * error).mean();
        loss.backward();
        return loss.MoveToOuterDisposeScope();
    }

    private static List<(string Name, string Value)> State(nn.Module module)
    {
        using var random = Generator.Default.get_state();
        return
        [
            .. module.named_parameters().Select(p => (p.name, Text(p.parameter))),
            .. module.named_parameters().Select(p => ($"gradient of {p.name}", Text(p.parameter.grad))),
            .. module.named_buffers().Select(b => (b.name, Text(b.buffer))),
            .. module.named_modules().Select(m => ($"mode of {m.name}", $"{m.module.training}")),
            ("random", Text(random)),
        ];

        static string Text(Tensor? tensor) => tensor is null ? "none"
            : $"{tensor.dtype} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(tensor.bytes))}";
    }

    private static void AssertSame(List<(string Name, string Value)> expected, List<(string Name, string Value)> actual)
    {
        foreach (var (before, after) in expected.Zip(actual))
            Assert.AreEqual(before, after);
        Assert.HasCount(expected.Count, actual);
    }
}
