using System.Text.Json;
using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>
/// One published run of the update: objective, options, directions, and the expected state after some steps.
/// </summary>
public sealed record ConformanceTrace(
    string Name, TraceObjective Objective, double[] Theta0, TraceOptions Options, int Steps, double[][] Signs,
    TraceState[] Expected)
{
    public static IEnumerable<string> Files() =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Conformance"), "*.json")
            .Select(file => Path.GetFileName(file)).Order();

    public static ConformanceTrace Read(string file) => JsonSerializer.Deserialize<ConformanceTrace>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Conformance", file)),
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!;
}

public sealed record TraceOptions(
    double LearningRate, double Beta1, double Beta2, double Epsilon, double L1, double L2, double Phi, double Omega,
    string StepBound, double MinimumLearningRate, double MaximumLearningRate, string Hessian, bool Glass,
    int QuickSteps, TraceDrop? LearningRateFromStep)
{
    public AliceOptimizerOptions ToOptimizerOptions() => new()
    {
        LearningRate = LearningRate,
        Beta1 = Beta1,
        Beta2 = Beta2,
        Epsilon = Epsilon,
        L1Regularization = L1,
        L2Regularization = L2,
        StepFraction = Phi,
        LookAhead = Omega,
        StepBound = Enum.Parse<StepBound>(StepBound, ignoreCase: true),
        MinimumStep = MinimumLearningRate / LearningRate,
        MaximumStep = MaximumLearningRate / LearningRate,
        HessianEstimate = Hessian switch
        {
            "zero" => HessianEstimate.Zero,
            "abs" => HessianEstimate.Absolute,
            "rms" => HessianEstimate.RootMeanSquare,
            _ => throw new InvalidDataException(Hessian),
        },
        UseGlass = Glass,
        QuickSteps = QuickSteps,
    };
}

public sealed record TraceDrop(int Step, double Factor);

public sealed record TraceState(
    int Step, string Kind, double[] Mu, double[] Nu, double[] G, double[] Rho, double[] H, double[] S);

/// <summary>f(θ) = ½ θᵀAθ − bᵀθ + Σ c |Wθ − t|, with its gradient written out.</summary>
public sealed record TraceObjective(double[][] A, double[] B, double[][] W, double[] C, double[] T)
{
    public double[] Gradient(double[] theta)
    {
        var gradient = A.Select((row, i) => Dot(row, theta) - B[i]).ToArray();
        for (var k = 0; k < W.Length; k++)
            for (var i = 0; i < gradient.Length; i++)
                gradient[i] += C[k] * Math.Sign(Dot(W[k], theta) - T[k]) * W[k][i];
        return gradient;
    }

    public double Loss(double[] theta) =>
        A.Select((row, i) => theta[i] * (0.5 * Dot(row, theta) - B[i])).Sum()
        + W.Select((row, k) => C[k] * Math.Abs(Dot(row, theta) - T[k])).Sum();

    /// <summary>
    /// A closure for <paramref name="parameter"/>: gradient and loss in double precision, then in its own.
    /// </summary>
    public Func<Tensor> Closure(Parameter parameter) => () =>
    {
        var theta = Values(parameter);
        using var exact = tensor(Gradient(theta));
        parameter.grad = exact.to(parameter.dtype);
        return tensor(Loss(theta));
    };

    public static double[] Values(Tensor tensor)
    {
        using var values = tensor.detach().to(ScalarType.Float64, copy: true);
        return values.contiguous().data<double>().ToArray();
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
